import type { Counters } from './counters.ts'
import type { Companion } from './group-commit.ts'
import type { OutboxStatements } from './statements.ts'

/**
 * The counters of an outbox in memory.
 *
 * INVARIANTS
 * - `now` is what the open transaction has made of them; they are written with it, and fall back to what was committed when it fails.
 */
export class Tally implements Companion {
  readonly #statements: OutboxStatements
  #committed: Counters
  now: Counters

  constructor(statements: OutboxStatements, counters: Counters) {
    this.#statements = statements
    this.#committed = counters
    this.now = { ...counters }
  }

  /** As of the last commit. */
  get committedCounters(): Counters {
    return this.#committed
  }

  beforeCommit(): void {
    const { waiting, waiting_bytes, rejected, rejected_bytes, forgotten, dropped, dropped_since } = this.now
    this.#statements.setCounters.run(
      waiting,
      waiting_bytes,
      rejected,
      rejected_bytes,
      forgotten,
      dropped,
      dropped_since,
    )
  }

  committed(): void {
    this.#committed = { ...this.now }
  }

  rolledBack(): void {
    this.now = { ...this.#committed }
  }
}
