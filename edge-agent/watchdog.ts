import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { ScoutError } from '../app/errors.ts'
import type { Logger } from './log.ts'

/**
 * Tells systemd that the agent is ready, alive, stopping.
 *
 * The messages are datagrams to a socket of the UNIX domain, which Node has no sockets for; `systemd-notify` comes with every systemd, and
 * waits until the message was read, so that systemd still knows who sent it (NotifyAccess=all). One short process a ping, each third of the
 * watchdog's time.
 *
 * INVARIANTS
 * - A ping is sent only after the event loop turned and a commit of the outbox reached the disk: when either hangs, pings stop and systemd
 *   starts the agent anew.
 * - An outbox that answers "the disk is full" is alive: starting anew would not help it.
 */
export interface WatchdogOptions {
  /** Resolves when the agent has shown that it works. */
  readonly probe: () => Promise<void>
  readonly log: Logger
  readonly notify?: (message: string) => Promise<void>
  /** As systemd sets them. */
  readonly env?: NodeJS.ProcessEnv
}

export class Watchdog {
  readonly #options: WatchdogOptions
  readonly #notify: (message: string) => Promise<void>
  readonly #env: NodeJS.ProcessEnv

  constructor(options: WatchdogOptions) {
    this.#options = options
    this.#env = options.env ?? process.env
    this.#notify = options.notify ?? systemdNotify
  }

  /** Between two pings, ms; `undefined` where nobody waits for any. */
  get everyMs(): number | undefined {
    const micros = Number(this.#env.WATCHDOG_USEC)
    return this.#env.NOTIFY_SOCKET && micros > 0 ? micros / 1000 / 3 : undefined
  }

  async ready(): Promise<void> {
    await this.#say('READY=1')
  }

  async stopping(): Promise<void> {
    await this.#say('STOPPING=1')
  }

  /** Pings until the signal. */
  async keepPinging(signal: AbortSignal): Promise<void> {
    const { everyMs } = this
    if (everyMs === undefined) return
    while (!signal.aborted) {
      await delay(everyMs, undefined, { signal, ref: false }).catch(() => undefined)
      if (signal.aborted) return
      if (await this.#isAlive()) await this.#say('WATCHDOG=1')
    }
  }

  async #isAlive(): Promise<boolean> {
    try {
      await this.#options.probe()
      return true
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the outbox does not commit')
      return error instanceof ScoutError && error.code === 'disk_full'
    }
  }

  async #say(message: string): Promise<void> {
    if (!this.#env.NOTIFY_SOCKET) return
    try {
      await this.#notify(message)
    } catch (error) {
      this.#options.log.error({ err: error }, 'systemd was not told; is systemd-notify installed?')
    }
  }
}

/** Resolves when systemd has read the message. */
function systemdNotify(message: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const child = spawn('systemd-notify', [`--pid=${process.pid}`, message], {
    stdio: 'ignore',
    timeout: 10_000,
  })
  child.once('error', reject)
  child.once('exit', code =>
    code === 0 ? resolve() : reject(new Error(`systemd-notify ended with ${code}`)),
  )
  return promise
}
