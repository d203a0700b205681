/**
 * The server's clock as this device can tell it. It is kept against the monotonic clock, so that a device clock that jumps
 * (a Pi has no clock battery; NTP sets it minutes after boot) does not make an old measurement wrong.
 */
export class ServerClock {
  /** Server time minus monotonic time, ms. */
  #ahead: number | undefined

  /** Takes a server time that lies between the monotonic times `sent` and `received`. */
  observe(serverTime: number, sent: number, received: number): void {
    if (Number.isFinite(serverTime)) this.#ahead = serverTime - (sent + received) / 2
  }

  /** Server time in ms since 1970, or the device's own where the server was never heard. */
  now(): number {
    return this.#ahead === undefined ? Date.now() : this.#ahead + performance.now()
  }

  /** How far the device clock is ahead of the server's, ms; `null` before it was measured. */
  offsetMs(): number | null {
    return this.#ahead === undefined ? null : Math.round(Date.now() - this.now())
  }
}
