import type { ServerFailure } from './server-failure.ts'

/**
 * Sales that were sent alone and made the whole request fail. They are passed over, so that those behind them go on.
 *
 * INVARIANTS
 * - A suspect is condemned only when its own request was refused, then the server took another sale, then refused the suspect
 *   again. A fault that lies elsewhere (an agent too old, a proxy, a server in trouble) refuses every sale, and every sale
 *   is kept.
 * - Only a refusal of the request (4xx) condemns; a server error never does: such a suspect is tried again when nothing else
 *   waits.
 */
export class Suspects {
  readonly #suspects = new Map<number, { readonly failure: ServerFailure; othersPassed: boolean }>()

  get seqs(): ReadonlySet<number> {
    return new Set(this.#suspects.keys())
  }

  get size(): number {
    return this.#suspects.size
  }

  has(seq: number): boolean {
    return this.#suspects.has(seq)
  }

  /** A suspect that is to be tried again now. */
  get onTrial(): number | undefined {
    for (const [seq, { failure, othersPassed }] of this.#suspects) {
      if (othersPassed && failure.answered < 500) return seq
    }
    return undefined
  }

  /** The sale failed alone. Says whether it is condemned. */
  accuse(seq: number, failure: ServerFailure): 'condemned' | 'suspected' {
    if (this.onTrial === seq && failure.answered < 500) {
      this.#suspects.delete(seq)
      return 'condemned'
    }
    // So many are no poison: begin again.
    if (this.#suspects.size >= MOST) this.#suspects.clear()
    this.#suspects.set(seq, { failure, othersPassed: false })
    return 'suspected'
  }

  /** The server answered for these sales. */
  passed(seqs: Iterable<number>): void {
    for (const seq of seqs) this.#suspects.delete(seq)
    for (const suspect of this.#suspects.values()) suspect.othersPassed = true
  }
}

const MOST = 64
