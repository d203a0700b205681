import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GATES, SALE_CONTRACTS } from '../../../../app/contracts/device.ts'
import { FLAW_RATES } from '../../../../edge-agent/simulate/flaws.ts'
import { readSales } from '../../../../edge-agent/sources/read-sales.ts'
import { type SimulatedFolder, SMALL, simulatedFolder } from '../support/simulation.ts'

type Sale = Record<string, unknown> & {
  readonly store_id?: string
  readonly transcript?: string
  readonly duration_seconds?: number
}
interface Line {
  readonly contract: keyof typeof SALE_CONTRACTS
  readonly sale: Sale
}

describe('the sales of a simulation', () => {
  let made: SimulatedFolder
  let read: Line[]
  let heard: Sale[]
  const removals: (() => void)[] = []

  beforeAll(async () => {
    made = await simulatedFolder({ ...SMALL, salesPerDay: 300 }, removal => void removals.push(removal))
    read = made.lines().flatMap(line => {
      try {
        return [JSON.parse(line) as Line]
      } catch {
        return []
      }
    })
    heard = read.filter(({ sale }) => 'transcript' in sale).map(({ sale }) => sale)
  })
  afterAll(() => {
    for (const remove of removals) remove()
  })

  it('follow their contracts, but for those that are meant not to', () => {
    const { messages } = made.simulation
    expect(read).toHaveLength(made.lines().length - messages.cut)
    const wrong = read.filter(({ contract, sale }) => !SALE_CONTRACTS[contract].safeParse(sale).success)
    expect(wrong).toHaveLength(messages.incomplete)
    const taken = made.lines().flatMap(line => readSales(line))
    expect(taken.filter(sale => !sale.ok)).toHaveLength(messages.cut + messages.incomplete)
  })

  it('are about as many as asked for', () => {
    const { sale, misdated, unknownStore, cut, incomplete } = made.simulation.messages
    const a_day = (sale + misdated + unknownStore + cut + incomplete) / SMALL.days
    expect(a_day).toBeGreaterThan(300 * 0.9)
    expect(a_day).toBeLessThan(300 * 1.05)
  })

  it('go wrong at the rates that are declared', () => {
    const { messages } = made.simulation
    for (const flaw of ['duplicate', 'revision', 'void'] as const) {
      const rate = messages[flaw] / messages.sale
      expect(rate / FLAW_RATES[flaw], flaw).toBeGreaterThan(0.6)
      expect(rate / FLAW_RATES[flaw], flaw).toBeLessThan(1.5)
    }
    for (const flaw of ['misdated', 'unknownStore', 'cut', 'incomplete', 'goodsBack'] as const) {
      expect(messages[flaw], flaw).toBeGreaterThan(0)
    }
  })

  it('are known of a listener as of the real archives: brand 57 %, category 52 %, items and prices 0 %', () => {
    const share = (has: (sale: Sale) => boolean) => heard.filter(has).length / heard.length
    expect(heard.length).toBeGreaterThan(2_000)
    expect(share(sale => sale.brand_name !== null)).toBeCloseTo(0.57, 1)
    expect(share(sale => sale.product_category !== null)).toBeCloseTo(0.52, 1)
    expect(share(sale => sale.sku !== null || 'combo_basket' in sale)).toBe(0)
    expect(share(sale => sale.peso_value !== null)).toBe(0)
    const seconds = heard.map(sale => Number(sale.duration_seconds)).sort((a, b) => a - b)
    expect(Math.abs((seconds[Math.floor(seconds.length * 0.5)] ?? 0) - 5.9)).toBeLessThan(0.5)
    expect(Math.abs((seconds[Math.floor(seconds.length * 0.9)] ?? 0) - 13)).toBeLessThan(1.5)
  })

  it('pass the gates mostly, and not always', () => {
    const short = heard.filter(sale => (sale.transcript ?? '').length < GATES.transcriptChars)
    expect(short.length / heard.length).toBeGreaterThan(0.005)
    expect(short.length / heard.length).toBeLessThan(0.05)
  })

  it('have amounts that their lines make, to the centavo', () => {
    for (const { contract, sale } of read) {
      if (contract !== 'pos.v1' || !('store_id' in sale)) continue
      const { lines, total } = SALE_CONTRACTS['pos.v1'].parse(sale)
      const centavos = (pesos: unknown) => Math.round(Number(pesos) * 100)
      expect(lines.reduce((sum, line) => sum + centavos(line.amount), 0)).toBe(centavos(total))
      for (const line of lines) {
        expect(centavos(line.amount)).toBe(Number(line.quantity) * centavos(line.unit_price))
      }
    }
  })

  it('name nobody who could be real', () => {
    for (const { mobile_number, email } of made.rows('customers.csv')) {
      expect(mobile_number).toMatch(/^0900-000-\d{4}$/)
      expect(email).toMatch(/@example\.com$/)
    }
    const emails = made.rows('customers.csv').map(row => row.email)
    expect(new Set(emails).size).toBe(emails.length)
  })

  it('name customers, products, campaigns and stores of the catalogue', () => {
    const ids = (file: string, column: string) => new Set(made.rows(file).map(row => row[column]))
    const known = {
      customer_id: ids('customers.csv', 'customer_id'),
      campaign_id: ids('campaigns.csv', 'campaign_id'),
      sku: ids('products.csv', 'product_id'),
    }
    for (const { sale } of read) {
      for (const [field, values] of Object.entries(known)) {
        if (typeof sale[field] === 'string') expect(values).toContain(sale[field])
      }
    }
  })
})
