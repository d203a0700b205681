import { DatabaseSync } from 'node:sqlite'
import { asOutboxError } from './sqlite-errors.ts'

export const LOCK_FILE = 'outbox.lock'

/**
 * INVARIANTS
 * - At most one process holds the lock; the operating system frees it when that process dies, however it dies.
 * - The lock is a file of its own, so that `status` can read the outbox while an agent runs, and so that it is held
 *   before the outbox is looked at: nobody sets aside a file that another agent is writing.
 *
 * @throws ScoutError `outbox_locked` when another agent holds it.
 */
export function takeLock(path: string, waitMs = 0): Disposable {
  const lock = new DatabaseSync(path, { timeout: waitMs })
  try {
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    throw asOutboxError(error)
  }
  return { [Symbol.dispose]: () => lock.close() }
}
