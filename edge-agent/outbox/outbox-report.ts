import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ScoutError } from '../../app/errors.ts'
import { LOCK_FILE, takeLock } from './lock.ts'
import { OUTBOX_FILE } from './open-database.ts'
import { type Rejection, rejectionRow } from './records.ts'
import { asOutboxError } from './sqlite-errors.ts'
import { prepareStatements } from './statements.ts'

/**
 * What an outbox holds, read from outside.
 *
 * INVARIANTS
 * - Reads only, and without the lock, so that it also works beside a running agent.
 */
export interface OutboxReport {
  /** An agent holds the lock. */
  readonly running: boolean
  readonly bootEpoch: number | null
  readonly waiting: number
  readonly oldestRecordedAt: string | null
  readonly rejected: number
  /** Newest first. */
  readonly rejections: readonly Rejection[]
}

/** @throws ScoutError `outbox_corrupt`. */
export function reportOutbox(directory: string, rejections = 10): OutboxReport {
  const path = join(directory, OUTBOX_FILE)
  const running = isRunning(join(directory, LOCK_FILE))
  if (!existsSync(path)) {
    return { running, bootEpoch: null, waiting: 0, oldestRecordedAt: null, rejected: 0, rejections: [] }
  }
  try {
    using database = new DatabaseSync(path, { readOnly: true, timeout: 5000 })
    const statements = prepareStatements(database)
    const epoch = statements.epoch.get()?.boot_epoch
    const oldest = statements.oldest.get(1)?.recorded_at
    return {
      running,
      bootEpoch: typeof epoch === 'number' ? epoch : null,
      waiting: Number(statements.countWaiting.get()?.rows),
      oldestRecordedAt: typeof oldest === 'string' ? oldest : null,
      rejected: Number(statements.countRejected.get()?.rows),
      rejections: statements.rejections.all(rejections).map(row => rejectionRow.parse(row)),
    }
  } catch (error) {
    throw asOutboxError(error)
  }
}

function isRunning(lockPath: string): boolean {
  if (!existsSync(lockPath)) return false
  try {
    takeLock(lockPath)[Symbol.dispose]()
    return false
  } catch (error) {
    if (error instanceof ScoutError && error.code === 'outbox_locked') return true
    throw error
  }
}
