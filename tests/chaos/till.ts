import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** A sale that the agent has, as its source was told: what must stand in silver in the end. */
export interface LedgerEntry {
  readonly store: string
  readonly transaction: string
  /** Centavos of the newest version. */
  readonly total: number
}

const RETRY_MS = 150
const ANSWER_MS = 5_000

/** A store's till: hands every sale to the agent until it is answered, by HTTP or by files in the watched folder. */
export class Till {
  readonly #store: string
  readonly #inbox: string
  readonly #intake: () => string | undefined
  readonly #random: () => number
  readonly #ledger = new Map<string, LedgerEntry>()
  #next = 0
  answersLost = 0
  tornFiles = 0
  fullDisks = 0

  constructor(store: string, inbox: string, intake: () => string | undefined, random: () => number) {
    this.#store = store
    this.#inbox = inbox
    this.#intake = intake
    this.#random = random
  }

  get ledger(): IterableIterator<LedgerEntry> {
    return this.#ledger.values()
  }

  /** Sells once: mostly by HTTP, now and then a file, a torn file, a correction or the same sale twice. */
  async sell(): Promise<void> {
    const luck = this.#random()
    const number = this.#next++
    const sale = this.#sale(`${number}`, 100 + Math.floor(this.#random() * 50_000))
    if (luck < 0.15 && this.#byFile(number, sale)) return
    if (luck < 0.2) this.#tornFile(number)
    await this.#hand(sale)
    if (luck > 0.95) await this.#hand(sale)
    else if (luck > 0.9) await this.#hand(this.#correction(sale))
  }

  #sale(transaction: string, centavos: number): TillSale {
    return {
      transaction_id: transaction,
      store_id: this.#store,
      sold_at: new Date(Date.now() - 60_000).toISOString(),
      lines: [{ product_id: 'P1', quantity: 1, unit_price: centavos / 100 }],
      total: centavos / 100,
    }
  }

  #correction(sale: TillSale): TillSale {
    const total = Math.round(sale.total * 100 + 1) / 100
    return { ...sale, total, revised_at: new Date().toISOString() }
  }

  /** Sends until an answer comes. */
  async #hand(sale: TillSale): Promise<void> {
    for (;;) {
      const intake = this.#intake()
      if (intake !== undefined) {
        try {
          const answer = await fetch(`${intake}/v1/sales`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(sale),
            signal: AbortSignal.timeout(ANSWER_MS),
          })
          await answer.arrayBuffer()
          if (answer.status === 201) return this.#note(sale)
          if (answer.status === 507) this.fullDisks += 1
          else if (answer.status < 500) throw new Error(`a till was refused: ${answer.status}`)
        } catch (error) {
          if (error instanceof Error && error.message.startsWith('a till')) throw error
          this.answersLost += 1
        }
      }
      await delay(RETRY_MS)
    }
  }

  /** A file that appears whole: written beside and renamed. False when there is no room for it. */
  #byFile(number: number, sale: TillSale): boolean {
    const draft = join(this.#inbox, `.${number}.tmp`)
    try {
      writeFileSync(draft, JSON.stringify(sale))
      renameSync(draft, join(this.#inbox, `sale-${number}.json`))
    } catch (error) {
      this.#noteFullDisk(error)
      return false
    }
    this.#note(sale)
    return true
  }

  /** Half a line that nobody ever finishes, in a file of its own: it must hold nothing up. */
  #tornFile(number: number): void {
    try {
      appendFileSync(join(this.#inbox, `torn-${number}.jsonl`), '{"transaction_id":"torn","store_id":"')
      this.tornFiles += 1
    } catch (error) {
      this.#noteFullDisk(error)
    }
  }

  #noteFullDisk(error: unknown): void {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
    this.fullDisks += 1
  }

  #note(sale: TillSale): void {
    const { store_id: store, transaction_id: transaction } = sale
    this.#ledger.set(transaction, { store, transaction, total: Math.round(sale.total * 100) })
  }
}

interface TillSale {
  readonly transaction_id: string
  readonly store_id: string
  readonly sold_at: string
  readonly lines: readonly { product_id: string; quantity: number; unit_price: number }[]
  readonly total: number
  readonly revised_at?: string
}
