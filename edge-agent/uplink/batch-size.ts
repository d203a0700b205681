import type { BatchLimit } from '../outbox/records.ts'

/** The contract allows 2,000 sales and 16 MiB; on a slow line a small batch is more likely to get through. */
const DEFAULT_BATCH: BatchLimit = { sales: 500, bytes: 2 << 20 }

const SMALLEST_BYTES = 64 << 10

/** How much to send at once: half after a failure that a smaller batch may avoid, twice as much after each success. */
export class BatchSize {
  readonly #largest: BatchLimit
  #limit: BatchLimit

  constructor(largest: BatchLimit = DEFAULT_BATCH) {
    this.#largest = largest
    this.#limit = largest
  }

  get limit(): BatchLimit {
    return this.#limit
  }

  /** A batch of `sales` failed. Goes no lower than `least` sales. */
  shrink(sales: number, least = 1): void {
    this.#limit = {
      sales: Math.min(this.#limit.sales, Math.max(least, Math.floor(sales / 2))),
      bytes: Math.max(SMALLEST_BYTES, Math.floor(this.#limit.bytes / 2)),
    }
  }

  grow(): void {
    this.#limit = {
      sales: Math.min(this.#largest.sales, this.#limit.sales * 2),
      bytes: Math.min(this.#largest.bytes, this.#limit.bytes * 2),
    }
  }
}
