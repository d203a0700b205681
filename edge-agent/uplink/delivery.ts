import type { Logger } from 'pino'
import { asScoutError, type ScoutError } from '../../app/errors.ts'
import type { MachineClock } from '../machine-clock.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { BatchLimit, WaitingSale } from '../outbox/records.ts'
import { ServerClock } from '../server-clock.ts'
import { type BatchFacts, encodeBatch } from './batch.ts'
import { BatchSize } from './batch-size.ts'
import { DeviceToken } from './device-token.ts'
import type { KeyRing } from './key-ring.ts'
import { rotateKey } from './rotate-key.ts'
import { sendBatch } from './send-batch.ts'
import { ServerClient } from './server-client.ts'
import { ServerFailure, strangeAnswer } from './server-failure.ts'
import { settle } from './settle.ts'
import { Suspects } from './suspects.ts'

export interface DeliveryOptions {
  readonly outbox: Outbox
  readonly ring: KeyRing
  readonly log: Logger
  readonly batch?: BatchLimit | undefined
  readonly timeoutMs?: number | undefined
  readonly machine?: MachineClock | undefined
}

/** What became of one try. */
export type Attempt =
  | { readonly outcome: 'nothing' }
  /** So many sales left the outbox. */
  | { readonly outcome: 'delivered'; readonly sales: number }
  /** The batch was too much for the server; a smaller one can go at once. */
  | { readonly outcome: 'split' }
  | {
      readonly outcome: 'failed'
      readonly failure: ScoutError
      readonly retryAfterMs?: number | undefined
      /** Only a sale that had failed alone before, tried because nothing else waited: a new one need not wait for it. */
      readonly suspectOnly?: boolean
    }

/** A line that cuts batches off gets smaller ones, but not single sales. */
const LEAST_ON_A_BAD_LINE = 16

/**
 * Sends one batch at a time and decides what a failure means for the next.
 *
 * INVARIANTS
 * - A sale leaves the outbox only on an answer that names it, or as a suspect that the server refuses while it takes others.
 * - No answer, a server error, a proxy's or a captive portal's page: everything is kept.
 * - No single sale holds up those behind it.
 */
export class Delivery {
  readonly #options: DeliveryOptions
  readonly #clock: ServerClock
  readonly #client: ServerClient
  readonly #token: DeviceToken
  readonly #size: BatchSize
  readonly #suspects = new Suspects()
  #clockKept: Promise<void> = Promise.resolve()

  constructor(options: DeliveryOptions) {
    const { outbox, ring, batch, timeoutMs, machine, log } = options
    this.#options = options
    this.#clock = new ServerClock({
      ...(machine && { machine }),
      ahead: outbox.serverAheadMs,
      onMeasured: ahead => {
        this.#clockKept = outbox
          .noteServerAhead(ahead)
          .catch(error => log.warn({ err: error }, 'the clock offset was not kept'))
      },
    })
    this.#client = new ServerClient({ server: ring.identity.server, clock: this.#clock, timeoutMs })
    this.#token = new DeviceToken(ring, this.#client, this.#clock)
    this.#size = new BatchSize(batch)
  }

  /** How far the device clock is ahead of the server's, ms; `null` before it was measured. */
  get clockOffsetMs(): number | null {
    return this.#clock.offsetMs()
  }

  /** Something waits that did not fail alone. */
  get hasUnsuspected(): boolean {
    return this.#options.outbox.waiting > this.#suspects.size
  }

  /** Server time at which the present key was taken up, and now, as far as it is known. */
  get keyAgeMs(): number {
    return this.#clock.now() - this.#options.ring.keySince.getTime()
  }

  /** @throws ServerFailure, ScoutError `cancelled` */
  async rotateKey(signal: AbortSignal | undefined): Promise<void> {
    await rotateKey(this.#client, this.#token, this.#options.ring, signal)
  }

  /** Tries the oldest batch. @throws ScoutError `cancelled`, or that the outbox itself is broken. */
  async sendOldest(signal: AbortSignal | undefined): Promise<Attempt> {
    if (this.#options.outbox.waiting === 0) return { outcome: 'nothing' }
    let sales: WaitingSale[] = []
    try {
      // The token first: getting it measures the clock, by which early sales are put right.
      await this.#token.get(signal)
      await this.#clockKept
      sales = this.#pick()
      if (sales.length === 0) return { outcome: 'nothing' }
      return { outcome: 'delivered', sales: await this.#deliver(sales, signal) }
    } catch (error) {
      const failure = asScoutError(error)
      if (failure instanceof ServerFailure) return await this.#blame(failure, sales)
      if (failure.code === 'cancelled' || !failure.retryable) throw failure
      return { outcome: 'failed', failure }
    }
  }

  #pick(): WaitingSale[] {
    const { outbox } = this.#options
    const trial = this.#suspects.onTrial
    const tried = trial === undefined ? [] : outbox.one(trial)
    if (tried.length > 0) return tried
    const sales = outbox.oldest(this.#size.limit, this.#suspects.seqs)
    return sales.length > 0 ? sales : outbox.oldest({ sales: 1, bytes: 0 })
  }

  async #deliver(sales: readonly WaitingSale[], signal: AbortSignal | undefined): Promise<number> {
    const { outbox, ring, log } = this.#options
    const batch = await encodeBatch(sales, this.#facts(), ring.key)
    const outcomes = await sendBatch(this.#client, this.#token, batch, signal)
    const { stored, refused } = await settle(outbox, sales, outcomes)
    if (stored.length + refused.length === 0) throw strangeAnswer(200)
    this.#size.grow()
    this.#suspects.passed(sales.map(({ seq }) => seq))
    for (const { seq, code } of refused)
      log.warn({ seq, code }, 'the server refused a sale; it is kept as rejected')
    log.debug({ sent: sales.length, stored: stored.length, bytes: batch.body.length }, 'batch answered')
    return stored.length + refused.length
  }

  #facts(): BatchFacts {
    const { outbox } = this.#options
    const { waiting, waiting_bytes, dropped, dropped_since } = outbox.counters
    return {
      bootEpoch: outbox.bootEpoch,
      clockOffsetMs: this.#clock.offsetMs(),
      backlog: waiting,
      outboxBytes: waiting_bytes,
      outboxMaxBytes: outbox.limits.maxBytes,
      drops: dropped > 0 && dropped_since !== null ? { sales: dropped, since: dropped_since } : undefined,
    }
  }

  async #blame(failure: ServerFailure, sales: readonly WaitingSale[]): Promise<Attempt> {
    const failed = { outcome: 'failed', failure, retryAfterMs: failure.retryAfterMs } as const
    const [first, second] = sales
    if (failure.answered === 0 && sales.length > 0) this.#size.shrink(sales.length, LEAST_ON_A_BAD_LINE)
    if (!blamesTheBatch(failure) || first === undefined) return failed
    if (second !== undefined) {
      this.#size.shrink(sales.length)
      return failure.answered === 500 ? failed : { outcome: 'split' }
    }
    const suspectOnly = this.#suspects.has(first.seq)
    if (this.#suspects.accuse(first.seq, failure) === 'suspected') return { ...failed, suspectOnly }
    const { outbox, log } = this.#options
    await outbox.reject(first.seq, failure.code, failure.message)
    log.warn(
      { seq: first.seq, code: failure.code },
      'the server refuses this sale alone; it is kept as rejected',
    )
    return { outcome: 'delivered', sales: 1 }
  }
}

/** Answers that another batch may not get: a refusal of this body, or a fault that a sale in it may have caused. */
function blamesTheBatch({ answered, fromServer }: ServerFailure): boolean {
  if (answered === 413) return true
  return fromServer && (answered === 400 || answered === 415 || answered === 422 || answered === 500)
}
