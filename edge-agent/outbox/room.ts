import { z } from 'zod'
import { ScoutError } from '../../app/errors.ts'
import type { OutboxLimits } from './limits.ts'
import { ROW_BYTES } from './schema.ts'
import type { OutboxStatements } from './statements.ts'
import type { Tally } from './tally.ts'

const sizeRow = z.object({ seq: z.number(), bytes: z.number() })
export const bytesRow = z.object({ bytes: z.number() })

const AT_ONCE = 128

/**
 * Holds an outbox to its limits. Called inside the transaction that adds something.
 *
 * INVARIANTS
 * - A refusal changes nothing.
 * - What is dropped is counted in the same transaction, and only ever from the oldest on.
 */
export class Room {
  readonly #statements: OutboxStatements
  readonly #tally: Tally
  readonly limits: OutboxLimits
  /** Handed out to be sent: dropped or not, the server may have them. */
  #handedOutTo = 0
  readonly #droppedUnderWay = new Set<number>()

  constructor(statements: OutboxStatements, tally: Tally, limits: OutboxLimits) {
    this.#statements = statements
    this.#tally = tally
    this.limits = limits
  }

  /** @throws ScoutError `outbox_full` when there is no room and none may be made. */
  makeFor(bytes: number, at: string): void {
    const { maxBytes, whenFull } = this.limits
    if (this.#tally.now.waiting_bytes + bytes <= maxBytes) return
    if (whenFull === 'reject' || bytes > maxBytes) {
      throw new ScoutError('outbox_full', {
        details: {
          waiting: this.#tally.now.waiting,
          bytes: this.#tally.now.waiting_bytes,
          max_bytes: maxBytes,
        },
      })
    }
    while (this.#tally.now.waiting_bytes + bytes > maxBytes && this.#tally.now.waiting > 0) {
      this.#dropSome(bytes, at)
    }
  }

  /** The sales up to this number may be on their way. */
  handedOut(seq: number): void {
    this.#handedOutTo = Math.max(this.#handedOutTo, seq)
  }

  /** The server has a sale that is not here any more: if it was dropped, then it was not lost after all. */
  answeredFor(seq: number): void {
    if (this.#droppedUnderWay.delete(seq)) this.#tally.now.dropped--
  }

  /** Takes away the oldest rejections until the rest is within its limit. */
  trimRejected(): void {
    const { now } = this.#tally
    while (now.rejected_bytes > this.limits.maxRejectedBytes && now.rejected > 1) {
      const { bytes } = bytesRow.parse(this.#statements.forgetOldestRejection.get())
      now.rejected--
      now.rejected_bytes -= bytes
      now.forgotten++
    }
  }

  #dropSome(needed: number, at: string): void {
    const { now } = this.#tally
    const oldest = this.#statements.sizes.all(AT_ONCE).map(row => sizeRow.parse(row))
    // Counters that say otherwise than the rows must not make this go on for ever.
    if (oldest.length === 0) now.waiting = now.waiting_bytes = 0
    for (const { seq, bytes } of oldest) {
      if (now.waiting_bytes + needed <= this.limits.maxBytes) return
      this.#statements.remove.get(seq)
      now.waiting--
      now.waiting_bytes -= bytes
      now.dropped++
      now.dropped_since ??= at
      if (seq <= this.#handedOutTo) this.#droppedUnderWay.add(seq)
    }
  }
}

/** What a sale takes of `maxBytes`. */
export function sizeOf(sale: string): number {
  return Buffer.byteLength(sale) + ROW_BYTES
}
