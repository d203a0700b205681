import { chmodSync, existsSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ScoutError } from '../../app/errors.ts'
import { syncDirectory } from '../durable-file.ts'
import { SCHEMA, SCHEMA_VERSION, UPGRADE_FROM_1 } from './schema.ts'
import { asOutboxError } from './sqlite-errors.ts'

/**
 * INVARIANTS
 * - WAL and `synchronous=full`: a committed transaction survives a power cut, not only a crash of the process.
 * - A file that cannot be read is renamed, never deleted and never written to again.
 * - The caller holds the lock.
 */

export const OUTBOX_FILE = 'outbox.db'

/**
 * Opens the outbox file, making it where there is none.
 *
 * @throws ScoutError `outbox_corrupt` on an unsound file, `conflict` on one that a newer agent wrote.
 */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  // The write-ahead log takes these permissions over.
  chmodSync(path, 0o600)
  try {
    database.exec('pragma busy_timeout = 5000; pragma journal_mode = wal; pragma synchronous = full;')
    const verdict = database.prepare('pragma quick_check(1)').get()?.quick_check
    if (verdict !== 'ok') throw new ScoutError('outbox_corrupt', { details: { verdict } })
    const version = database.prepare('pragma user_version').get()?.user_version
    if (version === 0) {
      database.exec(`begin; ${SCHEMA} commit`)
      syncDirectory(dirname(path))
    } else if (version === 1) {
      database.exec(`begin; ${UPGRADE_FROM_1} commit`)
    } else if (version !== SCHEMA_VERSION) {
      throw new ScoutError('conflict', {
        message: `The outbox was written by another version of the agent (${version}, not ${SCHEMA_VERSION}). Update the agent.`,
      })
    }
    return database
  } catch (error) {
    database.close()
    throw asOutboxError(error)
  }
}

/** Renames an unsound outbox with its write-ahead log, so that neither is used again and both can be examined. */
export function setAside(path: string, aside: string): void {
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix)
  }
  syncDirectory(dirname(path))
}
