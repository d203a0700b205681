import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { ROW_BYTES } from './schema.ts'

/**
 * INVARIANTS
 * - Every statement that changes the outbox is here, and takes its values as parameters.
 */
const WAITING = `select seq, contract, recorded_at, sale, offset_ms, monotonic_ms, server_ahead_ms
  from waiting left join boot using (boot)`

const SQL = {
  append: `insert into waiting (contract, recorded_at, sale, offset_ms, boot, monotonic_ms)
    values (?, ?, ?, ?, ?, ?)`,
  oldest: `${WAITING} order by seq limit ?`,
  one: `${WAITING} where seq = ?`,
  remove: `delete from waiting where seq = ? returning octet_length(sale) + ${ROW_BYTES} as bytes`,
  sizes: `select seq, octet_length(sale) + ${ROW_BYTES} as bytes from waiting order by seq limit ?`,
  moveToRejected: `insert into rejected (rejected_at, source, boot_epoch, seq, contract, code, message, raw)
    select ?, 'server', ?, seq, contract, ?, ?, coalesce(?, cast(sale as blob)) from waiting where seq = ?
    returning octet_length(raw) + ${ROW_BYTES} as bytes`,
  insertRejection: `insert into rejected (rejected_at, source, line, contract, code, message, raw)
    values (?, ?, ?, ?, ?, ?, ?) returning octet_length(raw) + ${ROW_BYTES} as bytes`,
  forgetOldestRejection: `delete from rejected where id = (select min(id) from rejected)
    returning octet_length(raw) + ${ROW_BYTES} as bytes`,
  newestRejection: 'select coalesce(max(id), 0) as id from rejected',
  rejections: `select rejected_at, source, boot_epoch, seq, line, contract, code, message, raw
    from rejected order by id desc limit ?`,
  rejectionsFromOldest: `select rejected_at, source, boot_epoch, seq, line, contract, code, message, raw
    from rejected where id <= ? order by id`,
  progress: 'select path, read_to, line, fingerprint, done_at from progress',
  writeProgress: `insert or replace into progress (path, read_to, line, fingerprint, done_at)
    values (?, ?, ?, ?, ?)`,
  forgetProgress: 'delete from progress where path = ?',
  newOutbox: 'insert or ignore into outbox (only_row, boot_epoch) values (1, ?)',
  setEpoch: 'update outbox set boot_epoch = ?',
  counters: `select boot_epoch, waiting, waiting_bytes, rejected, rejected_bytes, forgotten, dropped, dropped_since
    from outbox`,
  setCounters: `update outbox set waiting = ?, waiting_bytes = ?, rejected = ?, rejected_bytes = ?, forgotten = ?,
    dropped = ?, dropped_since = ?`,
  enterBoot: `insert into boot (boot_id) values (?) on conflict (boot_id) do update set boot_id = excluded.boot_id
    returning boot, server_ahead_ms`,
  setServerAhead: 'update boot set server_ahead_ms = ? where boot = ?',
  forgetBoots: 'delete from boot where boot < ?',
  salvagedUpTo: 'select upto from salvaged where path = ?',
  countCarriedOver: 'update outbox set waiting = waiting + ?, waiting_bytes = waiting_bytes + ?',
  noteSalvaged: 'insert or replace into salvaged (path, upto) values (?, ?)',
} as const

export type OutboxStatements = Readonly<Record<keyof typeof SQL, StatementSync>>

export function prepareStatements(database: DatabaseSync): OutboxStatements {
  const prepared = Object.entries(SQL).map(([name, text]) => [name, database.prepare(text)])
  return Object.fromEntries(prepared)
}
