import type { Outbox } from '../outbox/outbox.ts'
import type { FileProgress } from '../outbox/records.ts'
import type { Portion } from './portion.ts'

const FLUSH_PORTIONS = 256
const FLUSH_SALES = 2_000
const FLUSH_BYTES = 8 << 20

/**
 * Lets many small files share a transaction.
 *
 * INVARIANTS
 * - `progress` holds what is stored, never more.
 */
export class PortionGroup {
  readonly #outbox: Outbox
  readonly #progress: Map<string, FileProgress>
  #portions: Portion[] = []
  #pending = 0
  #pendingBytes = 0
  sales = 0
  rejected = 0

  constructor(outbox: Outbox, progress: Map<string, FileProgress>) {
    this.#outbox = outbox
    this.#progress = progress
  }

  async add(portion: Portion): Promise<void> {
    this.#portions.push(portion)
    this.#pending += portion.sales.length + portion.rejections.length
    this.#pendingBytes += portion.bytes
    const full =
      this.#portions.length >= FLUSH_PORTIONS ||
      this.#pending >= FLUSH_SALES ||
      this.#pendingBytes >= FLUSH_BYTES
    if (full) await this.flush()
  }

  async flush(): Promise<void> {
    const portions = this.#portions
    if (portions.length === 0) return
    this.#portions = []
    this.#pending = 0
    this.#pendingBytes = 0
    const sales = portions.flatMap(part => part.sales)
    const rejections = portions.flatMap(part => part.rejections)
    const progress = portions.map(part => part.progress)
    await this.#outbox.append(sales, { rejections, progress })
    for (const file of progress) this.#progress.set(file.path, file)
    this.sales += sales.length
    this.rejected += rejections.length
  }
}
