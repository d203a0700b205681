import type { Basket } from './basket.ts'
import type { Customer } from './customers.ts'
import type { Store } from './stores.ts'

/** A sale as it happened, whatever of it a device will know. */
export interface SimulatedSale extends Basket {
  readonly id: string
  readonly store: Store
  /** Milliseconds since 1970 by the clock on the wall: as if local time were UTC. */
  readonly localMs: number
  readonly customer: Customer | null
  readonly customerType: string | null
  /** Of a stranger a device guesses them; null where it cannot tell. */
  readonly gender: string | null
  readonly age: string | null
  readonly payment: string
  readonly requestMode: string
  readonly requestType: string
  readonly suggestion: { readonly offered: boolean; readonly accepted: boolean }
  /** 0 to 1. */
  readonly handshake: number
  readonly confidence: number
  readonly seconds: number
  readonly revisedAtMs: number | null
  readonly voided: boolean
}

export function totalCentavos(sale: SimulatedSale): number {
  return sale.lines.reduce((sum, line) => sum + line.quantity * line.unitCentavos, 0)
}
