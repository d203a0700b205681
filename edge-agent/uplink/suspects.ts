import type { ServerFailure } from './server-failure.ts'

/**
 * Sales that were sent alone and made the whole request fail. They are passed over, so that those behind them go on, and tried
 * again, alone, when nothing else waits.
 *
 * INVARIANTS
 * - A suspect is condemned only after the server took another sale: while it takes none, the fault may be anywhere
 *   (an agent too old, a server in trouble), and every sale is kept.
 * - Only a refusal of the request itself (4xx) condemns; a server error never does.
 */
export class Suspects {
  readonly #failures = new Map<number, ServerFailure>()

  get seqs(): ReadonlySet<number> {
    return new Set(this.#failures.keys())
  }

  add(seq: number, failure: ServerFailure): void {
    // So many are no poison: begin again.
    if (this.#failures.size >= MOST) this.#failures.clear()
    this.#failures.set(seq, failure)
  }

  clear(seq: number): void {
    this.#failures.delete(seq)
  }

  /** The server has just taken other sales: gives the suspects whose own request it refused for good, and forgets them. */
  condemned(): Array<{ seq: number; failure: ServerFailure }> {
    const found = [...this.#failures].flatMap(([seq, failure]) =>
      failure.answered < 500 ? [{ seq, failure }] : [],
    )
    for (const { seq } of found) this.#failures.delete(seq)
    return found
  }
}

const MOST = 64
