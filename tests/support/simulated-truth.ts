import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Sale {
  readonly transaction_id?: string
  readonly id?: string
  readonly store_id?: string
  readonly store?: { readonly id: string }
  readonly sold_at?: string
  readonly ts_utc?: string
  readonly timestamp?: string
  readonly revised_at?: string
  readonly voided?: boolean
  readonly transcript?: string
  readonly duration_seconds?: number
  readonly confidence?: number
  readonly total?: number
  readonly discount?: number
}

export interface Expected {
  /** Sales that must stand in silver, and their net amount where the contract states one, by contract. */
  readonly standing: Record<string, { sales: number; pesos: string }>
}

/** What must become of the lines of a simulation, read from its files and the words of the contracts alone. */
export function readSimulation(
  folder: string,
  gates: { transcriptChars: number; durationSeconds: readonly [number, number]; confidence: number },
): Expected {
  const newest = new Map<string, { contract: string; sale: Sale }>()
  for (const file of readdirSync(join(folder, 'sales'))) {
    for (const line of readFileSync(join(folder, 'sales', file), 'utf8').split('\n')) {
      const read = parse(line)
      if (read === undefined || !passes(read.sale, gates)) continue
      const { sale } = read
      const key = `${storeOf(sale)} ${sale.transaction_id ?? sale.id}`
      if (!newest.has(key) || sale.revised_at !== undefined) newest.set(key, read)
    }
  }
  const standing: Expected['standing'] = {}
  const centavos: Record<string, number> = {}
  for (const { contract, sale } of newest.values()) {
    if (sale.voided) continue
    const sums = standing[contract] ?? { sales: 0, pesos: '' }
    standing[contract] = sums
    sums.sales++
    centavos[contract] =
      (centavos[contract] ?? 0) + Math.round(((sale.total ?? 0) - (sale.discount ?? 0)) * 100)
  }
  for (const [contract, sums] of Object.entries(standing)) {
    sums.pesos = ((centavos[contract] ?? 0) / 100).toFixed(2)
  }
  return { standing }
}

function parse(line: string): { contract: string; sale: Sale } | undefined {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const storeOf = (sale: Sale) => sale.store_id ?? sale.store?.id

function passes(sale: Sale, gates: Parameters<typeof readSimulation>[1]): boolean {
  const { transcript, duration_seconds: seconds, confidence } = sale
  const [shortest, longest] = gates.durationSeconds
  const year = Number((sale.sold_at ?? sale.ts_utc ?? sale.timestamp ?? '').slice(0, 4))
  return (
    /^ST-\d+$/.test(storeOf(sale) ?? '') &&
    year > 2_000 &&
    year < 2_040 &&
    (transcript === undefined || transcript.trim().length >= gates.transcriptChars) &&
    (seconds === undefined || (seconds >= shortest && seconds <= longest)) &&
    (confidence === undefined || confidence >= gates.confidence)
  )
}
