import type { DatabaseSync } from 'node:sqlite'
import { asOutboxError } from './sqlite-errors.ts'

/**
 * Puts the writes of one turn of the event loop into one transaction. A commit with `synchronous=full` waits for the disk;
 * sales that arrive meanwhile share the next wait, so that the rate grows with the load instead of ending at one
 * commit a sale.
 *
 * INVARIANTS
 * - A promise given by `run` resolves only after the transaction that held its write has committed.
 * - When the commit fails, nothing of the group is stored and every promise of the group rejects.
 * - Writes happen in the order in which they were handed in.
 */
export class GroupCommit {
  readonly #database: DatabaseSync
  #group: Array<{ write: () => void; settle: (error?: unknown) => void }> = []

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  run<T>(write: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      let result: T
      if (this.#group.length === 0) setImmediate(() => this.flush())
      this.#group.push({
        write: () => {
          result = write()
        },
        settle: error => (error === undefined ? resolve(result) : reject(error)),
      })
    })
  }

  /** Commits what is handed in so far, now. */
  flush(): void {
    const group = this.#group
    if (group.length === 0) return
    this.#group = []
    const error = this.#commit(group)
    for (const member of group) member.settle(error)
  }

  #commit(group: ReadonlyArray<{ write: () => void }>): unknown {
    try {
      this.#database.exec('begin immediate')
      for (const member of group) member.write()
      this.#database.exec('commit')
      return undefined
    } catch (error) {
      // SQLite has rolled back by itself after some failures, such as a full disk.
      if (this.#database.isOpen && this.#database.isTransaction) this.#database.exec('rollback')
      return asOutboxError(error)
    }
  }
}
