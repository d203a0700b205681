import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { ScoutError } from '../../app/errors.ts'
import { asOutboxError } from './sqlite-errors.ts'

/** What is kept in memory beside the database, and stands or falls with its transactions. */
export interface Companion {
  /** Last in each transaction. */
  beforeCommit(): void
  committed(): void
  rolledBack(): void
}

/**
 * Puts the writes of one turn of the event loop into one transaction. A commit with `synchronous=full` waits for the disk;
 * sales that arrive meanwhile share the next wait, so that the rate grows with the load instead of ending at one
 * commit a sale.
 *
 * INVARIANTS
 * - A promise given by `run` resolves only after the transaction that held its write has committed.
 * - When the commit fails, nothing of the group is stored and every promise of the group rejects.
 * - A write that refuses by a `ScoutError`, before it has changed anything, rejects alone.
 * - Writes happen in the order in which they were handed in.
 */
export class GroupCommit {
  readonly #database: DatabaseSync
  readonly #companion: Companion | undefined
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  #group: Member[] = []

  constructor(database: DatabaseSync, companion?: Companion) {
    this.#database = database
    this.#companion = companion
    this.#begin = database.prepare('begin immediate')
    this.#commit = database.prepare('commit')
  }

  run<T>(write: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      let result: T
      if (this.#group.length === 0) setImmediate(() => this.flush())
      this.#group.push({
        refusal: undefined,
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
    const error = this.#store(group)
    for (const member of group) member.settle(error ?? member.refusal)
  }

  #store(group: readonly Member[]): unknown {
    try {
      this.#begin.run()
      for (const member of group) writeOrRefuse(member)
      this.#companion?.beforeCommit()
      this.#commit.run()
      this.#companion?.committed()
      return undefined
    } catch (error) {
      // SQLite has rolled back by itself after some failures, such as a full disk.
      if (this.#database.isOpen && this.#database.isTransaction) this.#database.exec('rollback')
      this.#companion?.rolledBack()
      return asOutboxError(error)
    }
  }
}

interface Member {
  write: () => void
  refusal: ScoutError | undefined
  settle: (error?: unknown) => void
}

function writeOrRefuse(member: Member): void {
  try {
    member.write()
  } catch (error) {
    if (!(error instanceof ScoutError)) throw error
    member.refusal = error
  }
}
