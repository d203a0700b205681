import fc from 'fast-check'
import type { TenantId } from '../../app/domain/ids.ts'
import type { Pool } from '../../sync-server/database/pool.ts'
import { withTenant } from '../../sync-server/database/tenant.ts'
import { runMedallion } from '../../sync-server/medallion/runner.ts'
import { type Arrival, addStores, arrive, newTenant, type TestStore } from './bronze.ts'
import { addBrands } from './dictionary.ts'

/** Dirty sales of all three contracts over ten weeks: no items, no prices, no customers, odd words, two ends of a substitution. */

const STORES: readonly TestStore[] = [
  { storeId: 'A', city: 'Quezon City', region: 'NCR' },
  { storeId: 'B', city: 'Makati', region: 'NCR' },
  { storeId: 'C', city: 'Cebu City', region: 'VII' },
]
const FIRST_DAY = Date.parse('2025-03-03T00:00:00+08:00')
const PRODUCTS = ['Coke 1.5L', 'Piattos 40g', 'Safeguard 60g', 'Mystery', 'Marlboro Red']

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 3 })

const saleOf = fc.record({
  contract: fc.constantFrom('pos.v1' as const, 'edge.v1' as const, 'flat.v1' as const),
  storeId: fc.constantFrom('A', 'A', 'B', 'C'),
  day: fc.integer({ min: 0, max: 69 }),
  hour: fc.integer({ min: 0, max: 23 }),
  customer: maybe(fc.integer({ min: 1, max: 25 }).map(n => `c1_${n}`)),
  items: fc.array(
    fc.record({
      product: fc.constantFrom(...PRODUCTS),
      quantity: fc.constantFrom(1, 2, 0.5, -1),
      price: maybe(fc.constantFrom(5, 12.25, 99)),
      category: maybe(fc.constantFrom('snacks', 'Tobacco', 'what?')),
    }),
    { maxLength: 4 },
  ),
  type: maybe(fc.constantFrom('branded', 'generic', 'hm')),
  mode: maybe(fc.constantFrom('verbal', 'point')),
  gender: maybe(fc.constantFrom('female', 'M', 'unknown')),
  age: maybe(fc.constantFrom('18-24', '65+', 'unknown')),
  accepted: maybe(fc.boolean()),
  swapped: fc.boolean(),
  campaign: fc.boolean(),
  handshake: maybe(fc.constantFrom(0.2, 0.9)),
})
type DirtySale = typeof saleOf extends fc.Arbitrary<infer T> ? T : never

function arrival(sale: DirtySale, number: number): Arrival {
  const { contract, storeId, items } = sale
  const transactionId = `t${number}`
  const at = new Date(FIRST_DAY + sale.day * 86_400_000 + sale.hour * 3_600_000 + number).toISOString()
  const customer = sale.customer === null ? {} : { customer_id: sale.customer, customer_type: 'new' }
  const request = {
    request_type: sale.type,
    request_mode: sale.mode,
    gender: sale.gender,
    age_bracket: sale.age,
  }
  const bodies = {
    'pos.v1': {
      lines: items.map(({ product, quantity, price, category }) => ({
        product_name: product,
        quantity,
        unit_price: price,
        category,
      })),
      campaign_influenced: sale.campaign,
    },
    'edge.v1': {
      items: items.map(({ product, quantity, price, category }) => ({
        product_name: product,
        qty: quantity,
        unit_price: price,
        category_name: category,
      })),
      request,
      suggestion: { offered: sale.accepted !== null, accepted: sale.accepted },
      handshake_score: sale.handshake,
      duration_seconds: 10 + sale.hour,
      ...(sale.swapped
        ? { substitution: { asked_brand_name: 'koka', final_brand_name: 'Pepsi', reason: 'out of stock' } }
        : {}),
    },
    'flat.v1': {
      combo_basket: items.map(({ product, quantity, price }) => ({
        sku: product,
        quantity,
        unit_price: price,
      })),
      ...request,
      suggestion_accepted: sale.accepted,
      substitution_event: {
        occurred: sale.swapped,
        from_sku: 'Coke 1.5L',
        to_sku: 'Mystery',
        reason: 'whim',
      },
      campaign_influenced: sale.campaign,
    },
  }
  return { contract, sale: { ...bodies[contract], ...customer }, storeId, transactionId, at }
}

/** A tenant of its own with such sales, refined in full, windows included. The seed makes the sales. */
export async function dirtyWorld(pool: Pool, seed: number, size = 600): Promise<TenantId> {
  const tenantId = await newTenant(pool)
  await addStores(pool, tenantId, STORES)
  await addBrands(pool, tenantId)
  await arrive(pool, tenantId, fc.sample(saleOf, { numRuns: size, seed }).map(arrival))
  await runMedallion({ pool, tenantId, days: 'all' })
  return tenantId
}

export type Row = Readonly<Record<string, unknown>>

export async function rowsOf(pool: Pool, tenantId: TenantId, relation: string): Promise<Row[]> {
  return withTenant(pool, tenantId, async tx => {
    const { rows } = await tx.query(
      `select to_jsonb(r) as row from scout.${relation} r where tenant_id = $1`,
      [tenantId],
    )
    return rows.map(({ row }) => row as Row)
  })
}

/** Groups by some columns and gives the others by functions of the group; in an order of its own. */
export function grouped(
  rows: readonly Row[],
  by: (row: Row) => Row,
  of: (group: readonly Row[]) => Row,
): Row[] {
  return inOrder(
    [...Map.groupBy(rows, row => JSON.stringify(by(row)))].map(([key, group]) => ({
      ...JSON.parse(key),
      ...of(group),
    })),
  )
}

/** Only the named columns, in an order of their own. */
export function picked(rows: readonly Row[], columns: readonly string[]): Row[] {
  return inOrder(rows.map(row => Object.fromEntries(columns.map(column => [column, row[column] ?? null]))))
}

function inOrder(rows: readonly Row[]): Row[] {
  const key = (row: Row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))
  return rows.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
}

/** Of what is not null, to the centavo; null when all are. */
export function sum(rows: readonly Row[], column: string): number | null {
  const known = rows.map(row => row[column]).filter(value => value !== null)
  return known.length === 0
    ? null
    : Math.round(known.reduce<number>((all, value) => all + Number(value) * 100, 0)) / 100
}

export const count = (rows: readonly Row[], column: string) => rows.filter(row => row[column] !== null).length
export const whereTrue = (rows: readonly Row[], column: string) =>
  rows.filter(row => row[column] === true).length
