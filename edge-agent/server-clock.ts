import { type MachineClock, machineClock } from './machine-clock.ts'

export interface ServerClockOptions {
  readonly machine?: MachineClock
  /** What was measured before in this boot: server time minus monotonic time, ms. */
  readonly ahead?: number | null
  readonly onMeasured?: (ahead: number) => void
}

/** Round trips differ by less; a change beyond it is news. */
const NEWS_MS = 100

/**
 * The server's clock as this device can tell it. It is kept against the monotonic clock, so that a device clock that jumps does not make
 * an old measurement wrong.
 */
export class ServerClock {
  readonly #machine: MachineClock
  readonly #onMeasured: ((ahead: number) => void) | undefined
  /** Server time minus monotonic time, ms. */
  #ahead: number | null

  constructor({ machine = machineClock(), ahead = null, onMeasured }: ServerClockOptions = {}) {
    this.#machine = machine
    this.#ahead = ahead
    this.#onMeasured = onMeasured
  }

  monotonicMs(): number {
    return this.#machine.monotonicMs()
  }

  /** Takes a server time that lies between the monotonic times `sent` and `received`. */
  observe(serverTime: number, sent: number, received: number): void {
    if (!Number.isFinite(serverTime)) return
    const before = this.#ahead
    this.#ahead = serverTime - (sent + received) / 2
    if (before === null || Math.abs(this.#ahead - before) > NEWS_MS) this.#onMeasured?.(this.#ahead)
  }

  /** Server time in ms since 1970, or the device's own where the server was never heard. */
  now(): number {
    return this.#ahead === null ? this.#machine.now() : this.#ahead + this.#machine.monotonicMs()
  }

  /** How far the device clock is ahead of the server's, ms; `null` before it was measured. */
  offsetMs(): number | null {
    return this.#ahead === null ? null : Math.round(this.#machine.now() - this.now())
  }
}
