import type { DatabaseSync, StatementSync } from 'node:sqlite'

/**
 * INVARIANTS
 * - Every statement that changes the outbox is here, and takes its values as parameters.
 */
const SQL = {
  append: 'insert into waiting (contract, recorded_at, sale) values (?, ?, ?)',
  oldest: 'select seq, contract, recorded_at, sale from waiting order by seq limit ?',
  one: 'select seq, contract, recorded_at, sale from waiting where seq = ?',
  remove: 'delete from waiting where seq = ?',
  moveToRejected: `insert into rejected (rejected_at, source, boot_epoch, seq, contract, code, message, raw)
    select ?, 'server', ?, seq, contract, ?, ?, coalesce(?, cast(sale as blob)) from waiting where seq = ?`,
  insertRejection: `insert into rejected (rejected_at, source, line, contract, code, message, raw)
    values (?, ?, ?, ?, ?, ?, ?)`,
  rejections: `select rejected_at, source, boot_epoch, seq, line, contract, code, message, raw
    from rejected order by id desc limit ?`,
  progress: 'select path, read_to, line, fingerprint, done_at from progress',
  writeProgress: `insert or replace into progress (path, read_to, line, fingerprint, done_at)
    values (?, ?, ?, ?, ?)`,
  forgetProgress: 'delete from progress where path = ?',
  setEpoch: 'insert or replace into outbox (only_row, boot_epoch) values (1, ?)',
  epoch: 'select boot_epoch from outbox',
  countWaiting: 'select count(*) as rows from waiting',
  countRejected: 'select count(*) as rows from rejected',
} as const

export type OutboxStatements = Readonly<Record<keyof typeof SQL, StatementSync>>

export function prepareStatements(database: DatabaseSync): OutboxStatements {
  const prepare = (name: keyof typeof SQL) => database.prepare(SQL[name])
  return {
    append: prepare('append'),
    oldest: prepare('oldest'),
    one: prepare('one'),
    remove: prepare('remove'),
    moveToRejected: prepare('moveToRejected'),
    insertRejection: prepare('insertRejection'),
    rejections: prepare('rejections'),
    progress: prepare('progress'),
    writeProgress: prepare('writeProgress'),
    forgetProgress: prepare('forgetProgress'),
    setEpoch: prepare('setEpoch'),
    epoch: prepare('epoch'),
    countWaiting: prepare('countWaiting'),
    countRejected: prepare('countRejected'),
  }
}
