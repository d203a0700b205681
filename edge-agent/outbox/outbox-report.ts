import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ScoutError } from '../../app/errors.ts'
import { type Counters, counterRow, NO_COUNTERS } from './counters.ts'
import { LOCK_FILE, takeLock } from './lock.ts'
import { OUTBOX_FILE } from './open-database.ts'
import { type Rejection, rejectionRow } from './records.ts'
import { SCHEMA_VERSION } from './schema.ts'
import { asOutboxError } from './sqlite-errors.ts'
import { prepareStatements } from './statements.ts'

/**
 * What an outbox holds, read from outside.
 *
 * INVARIANTS
 * - Reads only, and without the lock, so that it also works beside a running agent.
 */
export interface OutboxReport extends Omit<Counters, 'boot_epoch'> {
  /** An agent holds the lock. */
  readonly running: boolean
  readonly bootEpoch: number | null
  readonly oldestRecordedAt: string | null
  /** Newest first. */
  readonly rejections: readonly Rejection[]
}

/** @throws ScoutError `outbox_corrupt`, `conflict` on one that another version of the agent wrote. */
export function reportOutbox(directory: string, rejections = 10): OutboxReport {
  const path = join(directory, OUTBOX_FILE)
  const running = isRunning(join(directory, LOCK_FILE))
  if (!existsSync(path)) {
    return { running, bootEpoch: null, ...NO_COUNTERS, oldestRecordedAt: null, rejections: [] }
  }
  try {
    using database = new DatabaseSync(path, { readOnly: true, timeout: 5000 })
    refuseOther(database)
    const statements = prepareStatements(database)
    const stored = statements.counters.get()
    const { boot_epoch, ...counters } = stored === undefined ? NOTHING : counterRow.parse(stored)
    const oldest = statements.oldest.get(1)?.recorded_at
    return {
      running,
      bootEpoch: boot_epoch,
      ...counters,
      oldestRecordedAt: typeof oldest === 'string' ? oldest : null,
      rejections: statements.rejections.all(rejections).map(row => rejectionRow.parse(row)),
    }
  } catch (error) {
    throw asOutboxError(error)
  }
}

const NOTHING = { boot_epoch: null, ...NO_COUNTERS }

/** @throws ScoutError `conflict` */
export function refuseOther(database: DatabaseSync): void {
  const version = database.prepare('pragma user_version').get()?.user_version
  if (version === SCHEMA_VERSION) return
  throw new ScoutError('conflict', {
    message: `The outbox was written by another version of the agent (${version}, not ${SCHEMA_VERSION}). An older one is brought up to date when the agent runs; for a newer one update the agent.`,
  })
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
