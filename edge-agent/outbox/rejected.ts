import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { LOCK_FILE, takeLock } from './lock.ts'
import { OUTBOX_FILE, openDatabase } from './open-database.ts'
import { refuseOther } from './outbox-report.ts'
import { type Rejection, rejectionRow } from './records.ts'
import { ROW_BYTES } from './schema.ts'
import { asOutboxError } from './sqlite-errors.ts'
import { prepareStatements } from './statements.ts'

/**
 * INVARIANTS
 * - Reading needs no lock and changes nothing; forgetting needs the lock, because a running agent counts its rejections itself.
 */

/**
 * Every rejection, the oldest first, and the number of the newest. They are bounded, so they fit into memory.
 *
 * @throws ScoutError `outbox_corrupt`, `conflict` on an outbox that another version of the agent wrote.
 */
export function readRejected(home: string): { newest: number; rejections: Rejection[] } {
  const path = join(home, OUTBOX_FILE)
  if (!existsSync(path)) return { newest: 0, rejections: [] }
  try {
    using database = new DatabaseSync(path, { readOnly: true, timeout: 5000 })
    refuseOther(database)
    const statements = prepareStatements(database)
    const newest = Number(statements.newestRejection.get()?.id)
    const rejections = statements.rejectionsFromOldest.all(newest).map(row => rejectionRow.parse(row))
    return { newest, rejections }
  } catch (error) {
    throw asOutboxError(error)
  }
}

/** Forgets the rejections up to this number, and gives how many they were. @throws ScoutError `outbox_locked` while an agent runs. */
export function clearRejected(home: string, newest: number): number {
  const path = join(home, OUTBOX_FILE)
  if (!existsSync(path)) return 0
  using _lock = takeLock(join(home, LOCK_FILE))
  using database = openDatabase(path)
  // Closing the database takes back what is not committed.
  database.exec('begin immediate')
  const { changes } = database.prepare('delete from rejected where id <= ?').run(newest)
  database.exec(`update outbox set (rejected, rejected_bytes) =
    (select count(*), coalesce(sum(octet_length(raw) + ${ROW_BYTES}), 0) from rejected);
    commit`)
  return Number(changes)
}
