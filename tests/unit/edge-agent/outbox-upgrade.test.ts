import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openOutbox } from '../../../edge-agent/outbox/open-outbox.ts'
import { reportOutbox } from '../../../edge-agent/outbox/outbox-report.ts'
import { clearRejected, readRejected } from '../../../edge-agent/outbox/rejected.ts'
import { ROW_BYTES } from '../../../edge-agent/outbox/schema.ts'
import { temporaryHome } from './support/home.ts'
import { idOf, newSale } from './support/sales.ts'

/** As the agent of 0.1.0 made it. */
const SCHEMA_1 = `
pragma journal_mode = wal;
create table outbox (
  only_row   integer primary key check (only_row = 1),
  boot_epoch integer not null check (boot_epoch > 0)
) strict;
create table waiting (
  seq         integer primary key autoincrement,
  contract    text not null,
  recorded_at text not null,
  sale        text not null
) strict;
create table rejected (
  id          integer primary key autoincrement,
  rejected_at text not null,
  source      text not null,
  boot_epoch  integer,
  seq         integer,
  line        integer,
  contract    text,
  code        text not null,
  message     text not null,
  raw         blob not null
) strict;
create table progress (
  path        text primary key,
  read_to     integer not null,
  line        integer not null,
  fingerprint text not null,
  done_at     text
) strict, without rowid;
pragma user_version = 1;
`

/** Sales 3 and 4 wait in epoch 7, 1 and 2 have been answered, and one was rejected. */
function outboxOfVersion1(): string {
  const home = temporaryHome()
  using database = new DatabaseSync(join(home, 'outbox.db'))
  database.exec(SCHEMA_1)
  database.exec('insert into outbox values (1, 7)')
  const insert = database.prepare('insert into waiting (contract, recorded_at, sale) values (?, ?, ?)')
  for (const id of [1, 2, 3, 4]) insert.run('pos.v1', '2026-10-31T00:00:00.000Z', newSale(id).sale)
  database.exec(`delete from waiting where seq < 3;
    insert into rejected (rejected_at, source, code, message, raw)
    values ('2026-10-31T00:00:00.000Z', 'folder:a', 'sale_malformed', 'no', x'ff')`)
  return home
}

describe('an outbox of version 1', () => {
  it('is brought up to date with all that it holds, under the same numbers', async () => {
    const home = outboxOfVersion1()
    const outbox = openOutbox({ directory: home })
    onTestFinished(() => outbox.close())
    const waiting = () => outbox.oldest({ sales: 10, bytes: 1 << 20 })
    expect(waiting().map(({ seq, sale }) => [seq, idOf(sale)])).toEqual([
      [3, 'T-3'],
      [4, 'T-4'],
    ])
    expect(waiting().map(({ clockOffsetMs }) => clockOffsetMs)).toEqual([null, null])
    const bytes = [3, 4].reduce((sum, id) => sum + Buffer.byteLength(newSale(id).sale) + ROW_BYTES, 0)
    expect(reportOutbox(home)).toMatchObject({
      bootEpoch: 7,
      waiting: 2,
      waiting_bytes: bytes,
      rejected: 1,
      rejected_bytes: 1 + ROW_BYTES,
      dropped: 0,
    })
    expect(await outbox.append([newSale(5)])).toEqual([5])
  })

  it('says what to do when it is only looked at, and is not called damaged', () => {
    const home = outboxOfVersion1()
    const before = expect.objectContaining({ code: 'conflict', message: expect.stringContaining('runs') })
    expect(() => reportOutbox(home)).toThrow(before)
    expect(() => readRejected(home)).toThrow(before)
    expect(clearRejected(home, 1)).toBe(1)
    expect(reportOutbox(home)).toMatchObject({ waiting: 2, rejected: 0, rejected_bytes: 0 })
  })
})
