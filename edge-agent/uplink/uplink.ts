import { setTimeout as delay } from 'node:timers/promises'
import type { LongWork } from '../../app/contracts/long-work.ts'
import { asScoutError, ScoutError, toWireError, type WireError } from '../../app/errors.ts'
import { Backoff, type BackoffOptions } from './backoff.ts'
import { type Attempt, Delivery, type DeliveryOptions } from './delivery.ts'

export interface UplinkOptions extends DeliveryOptions {
  readonly backoff?: BackoffOptions | undefined
  /** The key is changed when it is this old; 0 never does. */
  readonly rotateKeyMs?: number | undefined
}

export interface DrainOptions extends LongWork<'sending'> {
  readonly signal?: AbortSignal
  /** Gives up after so many failures in a row. */
  readonly maxFailures?: number
}

export interface UplinkStatus {
  readonly last_sent_at: string | null
  /** In a row. */
  readonly failures: number
  readonly last_error: WireError | null
  readonly next_try_in_ms: number | null
  readonly clock_offset_ms: number | null
  readonly key_age_days: number
}

const FAILURES_BEFORE_GIVING_UP = 5
const DAY_MS = 86_400_000
/** After a rotation that failed: the old key serves meanwhile. */
const ROTATE_AGAIN_MS = 3_600_000

/**
 * Keeps the outbox empty: when something waits it is sent, after a failure it waits longer and longer.
 *
 * INVARIANTS
 * - One request at a time, also when `run` and `drain` are both under way.
 * - Stopping at any moment loses nothing: what was not answered stays in the outbox.
 */
export class Uplink {
  readonly #options: UplinkOptions
  readonly #delivery: Delivery
  readonly #backoff: Backoff
  #lane: Promise<unknown> = Promise.resolve()
  /** Of the monotonic clock. */
  #notBefore = 0
  #wakeOnAppend = false
  #lastSentAt: string | null = null
  #lastError: WireError | null = null
  /** Of the monotonic clock. */
  #rotateNotBefore = 0

  constructor(options: UplinkOptions) {
    this.#options = options
    this.#delivery = new Delivery(options)
    this.#backoff = new Backoff(options.backoff)
  }

  get status(): UplinkStatus {
    const wait = Math.round(this.#notBefore - performance.now())
    return {
      last_sent_at: this.#lastSentAt,
      failures: this.#backoff.failures,
      last_error: this.#lastError,
      next_try_in_ms: wait > 0 ? wait : null,
      clock_offset_ms: this.#delivery.clockOffsetMs,
      key_age_days: Math.max(0, Math.floor(this.#delivery.keyAgeMs / DAY_MS)),
    }
  }

  /** Sends whatever comes until the signal. @throws ScoutError when the outbox itself fails. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        if (this.#options.outbox.waiting === 0) await this.#appended(signal)
        else await this.#turn(signal)
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  /**
   * Sends until the outbox is empty and gives how many sales left it.
   *
   * @throws ScoutError the failure that only a person can end, or the last of `maxFailures` in a row; `cancelled`.
   */
  async drain({
    signal,
    onProgress,
    maxFailures = FAILURES_BEFORE_GIVING_UP,
  }: DrainOptions = {}): Promise<number> {
    const { outbox } = this.#options
    let done = 0
    while (outbox.waiting > 0) {
      const attempt = await this.#turn(signal)
      if (attempt.outcome === 'nothing') break
      if (attempt.outcome === 'delivered') done += attempt.sales
      onProgress?.({ stage: 'sending', done, total: done + outbox.waiting })
      if (attempt.outcome !== 'failed') continue
      if (isForAPerson(attempt.failure) || this.#backoff.failures >= maxFailures) throw attempt.failure
    }
    return done
  }

  /** Gives this device a new key, between two batches. @throws ServerFailure, ScoutError `cancelled`; the next try goes on from there. */
  rotateKey(signal?: AbortSignal): Promise<void> {
    return this.#inTurn(() => this.#delivery.rotateKey(signal))
  }

  /** One try, after the wait that the last failure asked for. Turns follow one another. */
  #turn(signal: AbortSignal | undefined): Promise<Attempt> {
    return this.#inTurn(async () => {
      await this.#pause(signal)
      const attempt = await this.#delivery.sendOldest(signal)
      this.#note(attempt)
      if (attempt.outcome === 'delivered') await this.#rotateWhenDue(signal)
      return attempt
    })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#lane.then(work)
    this.#lane = turn.catch(asScoutError)
    return turn
  }

  /** After a batch went through: the server is there and the clock is measured. */
  async #rotateWhenDue(signal: AbortSignal | undefined): Promise<void> {
    const { rotateKeyMs = 0, log } = this.#options
    if (rotateKeyMs === 0 || this.#delivery.keyAgeMs < rotateKeyMs) return
    if (performance.now() < this.#rotateNotBefore) return
    try {
      await this.#delivery.rotateKey(signal)
      log.info('this device has a new key')
    } catch (error) {
      const { code, message } = asScoutError(error)
      if (code === 'cancelled') return
      this.#rotateNotBefore = performance.now() + ROTATE_AGAIN_MS
      log.warn({ code }, `the key was not changed: ${message}`)
    }
  }

  #note(attempt: Attempt): void {
    if (attempt.outcome === 'delivered') {
      if (this.#lastError) this.#options.log.info('the server takes sales again')
      this.#backoff.succeed()
      this.#notBefore = 0
      this.#lastSentAt = new Date().toISOString()
      this.#lastError = null
    } else if (attempt.outcome === 'failed') {
      const { failure, retryAfterMs } = attempt
      const waitMs = this.#backoff.fail(retryAfterMs)
      this.#notBefore = performance.now() + waitMs
      this.#lastError = toWireError(failure)
      this.#wakeOnAppend = attempt.suspectOnly ?? false
      const reason = failure.cause instanceof Error ? String(failure.cause.cause ?? failure.cause) : undefined
      this.#options.log.warn({ code: failure.code, reason, waitMs: Math.round(waitMs) }, failure.message)
    }
  }

  /** Waits as the last failure asked; a sale that had no part in it need not. */
  async #pause(signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) throw new ScoutError('cancelled')
    const ms = this.#notBefore - performance.now()
    if (ms <= 0 || (this.#wakeOnAppend && this.#delivery.hasUnsuspected)) return
    const over = new AbortController()
    const either = signal ? AbortSignal.any([signal, over.signal]) : over.signal
    const waits: Array<Promise<void>> = [delay(ms, undefined, { signal: either })]
    if (this.#wakeOnAppend) waits.push(this.#appended(over.signal))
    try {
      await Promise.race(waits)
    } catch (cause) {
      throw new ScoutError('cancelled', { cause })
    } finally {
      over.abort()
    }
  }

  /** Ends at the next append, or at the signal. */
  async #appended(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    using _listening = this.#options.outbox.onAppend(resolve)
    const onAbort = () => resolve()
    signal.addEventListener('abort', onAbort, { once: true })
    await promise
    signal.removeEventListener('abort', onAbort)
  }
}

/** Trying again will not help until someone acts: an unknown or suspended device, a wrong key, an outbox too old. */
function isForAPerson({ code, retryable, status }: ScoutError): boolean {
  return !retryable && (status === 401 || status === 403 || status === 409) && code !== 'offline'
}
