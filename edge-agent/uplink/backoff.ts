/**
 * How long to wait after failures: full jitter over an exponentially growing, capped range, so that thousands of devices
 * which lost the same server do not come back in the same moment (M. Brooker, "Exponential Backoff And Jitter", 2015).
 */
export interface BackoffOptions {
  readonly baseMs: number
  readonly capMs: number
  /** In [0, 1). */
  readonly random: () => number
}

const DEFAULT_BACKOFF: BackoffOptions = { baseMs: 1_000, capMs: 5 * 60_000, random: Math.random }

export class Backoff {
  readonly #options: BackoffOptions
  #failures = 0

  constructor(options: BackoffOptions = DEFAULT_BACKOFF) {
    this.#options = options
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures
  }

  /** Counts a failure and gives the wait, never less than what the server asked for. */
  fail(retryAfterMs = 0): number {
    const { baseMs, capMs, random } = this.#options
    const range = Math.min(capMs, baseMs * 2 ** Math.min(this.#failures, 30))
    this.#failures++
    return Math.max(retryAfterMs, random() * range)
  }

  succeed(): void {
    this.#failures = 0
  }
}
