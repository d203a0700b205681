import { Random } from './random.ts'
import type { SimulatedSale } from './simulated-sale.ts'

/** What goes wrong on the way, as shares of sales (`late`: of a store's days); ours. */
export const FLAW_RATES = {
  /** Handed over twice, byte for byte. */
  duplicate: 0.006,
  /** Corrected afterwards. */
  revision: 0.006,
  /** Called off afterwards. */
  void: 0.003,
  /** Brought back the next days, at a till. */
  goodsBack: 0.002,
  /** Nobody was there to hand over the sales of that day. */
  late: 0.01,
  /** The clock had no battery, or was set to another century. */
  misdated: 0.0012,
  /** Of a store that nobody knows. */
  unknownStore: 0.0006,
  /** A line that was cut. */
  cut: 0.0003,
  /** A field that the contract asks for is missing. */
  incomplete: 0.0003,
} as const
export type Flaw = keyof typeof FLAW_RATES

const LATE_DAYS = 12
const DAY_MS = 86_400_000
const CENTURY_START_MS = Date.UTC(1970, 0, 1)
/** Further ahead than anybody will look at this. */
const AHEAD_MS = 20 * 365 * DAY_MS

/** Days that a store's sales of one day lie around before they are handed over. */
export function lateness(seed: number, storeId: string, day: number): number {
  const random = new Random(seed, 'late', storeId, day)
  return random.chance(FLAW_RATES.late) ? random.whole(1, LATE_DAYS) : 0
}

export function has(flaw: Exclude<Flaw, 'late'>, seed: number, sale: SimulatedSale): boolean {
  return new Random(seed, flaw, sale.id).chance(FLAW_RATES[flaw])
}

/** With one piece more of its first line. */
export function revised(sale: SimulatedSale, seed: number): SimulatedSale {
  const lines = sale.lines.map((line, i) => (i === 0 ? { ...line, quantity: line.quantity + 1 } : line))
  return { ...sale, lines, revisedAtMs: afterwards(sale, seed, 'revision', 2) }
}

/** A void has no lines. */
export function voided(sale: SimulatedSale, seed: number): SimulatedSale {
  return {
    ...sale,
    lines: [],
    campaign: null,
    substitution: null,
    voided: true,
    revisedAtMs: afterwards(sale, seed, 'void', 1),
  }
}

/** A sale of its own, with negative quantities. */
export function goodsBack(sale: SimulatedSale, seed: number): SimulatedSale {
  return {
    ...sale,
    id: `${sale.id}-R`,
    localMs: afterwards(sale, seed, 'goodsBack', 3),
    lines: sale.lines.slice(0, 1).map(line => ({ ...line, quantity: -line.quantity, discountCentavos: 0 })),
    campaign: null,
    substitution: null,
    suggestion: { offered: false, accepted: false },
  }
}

/** At the same time of day in 1970, or twenty years ahead. */
export function misdated(sale: SimulatedSale, seed: number): SimulatedSale {
  const back = new Random(seed, 'clock', sale.id).chance(0.6)
  return {
    ...sale,
    localMs: back ? CENTURY_START_MS + DAY_MS + (sale.localMs % DAY_MS) : sale.localMs + AHEAD_MS,
  }
}

/** A moment up to so many days after the sale. */
function afterwards(sale: SimulatedSale, seed: number, why: Flaw, days: number): number {
  const random = new Random(seed, why, 'when', sale.id)
  return sale.localMs + Math.round(600 + random.next() * days * 86_400) * 1_000
}
