import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runMedallion } from '../../sync-server/medallion/runner.ts'
import { forEachEngine } from '../support/database.ts'
import { type Arrival, addStores, arrive, newTenant } from './bronze.ts'
import { type Row, rowsOf } from './gold-world.ts'

const ITEMS = ['a', 'B', 'c', 'D'] as const
type Item = (typeof ITEMS)[number]

const NEWEST = Date.parse('2025-12-31T12:00:00+08:00')

function sale(number: number, daysAgo: number, fields: Record<string, unknown>): Arrival {
  const at = new Date(NEWEST - daysAgo * 86_400_000).toISOString()
  return {
    contract: 'pos.v1',
    sale: { lines: [], ...fields },
    storeId: 'A',
    transactionId: `t${number}`,
    at,
  }
}

const bought = fc.record({
  customer: fc.integer({ min: 1, max: 12 }).map(n => `c1_${n}`),
  // A day beyond the window now and then.
  daysAgo: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.constantFrom(364, 365)),
  total: fc.option(fc.constantFrom(10, 20, 20.5, 500), { nil: null }),
})

describe('customers and baskets', () => {
  forEachEngine(database => {
    const refine = async (arrivals: readonly Arrival[]) => {
      const { pool } = database()
      const tenantId = await newTenant(pool)
      await addStores(pool, tenantId, [{ storeId: 'A', city: 'Quezon City', region: 'NCR' }])
      await arrive(pool, tenantId, arrivals)
      await runMedallion({ pool, tenantId, days: 'all' })
      return (relation: string) => rowsOf(pool, tenantId, relation)
    }

    it('every customer of the year has exactly one segment, and equals share their quintiles', {
      timeout: 120_000,
    }, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(bought, { minLength: 1, maxLength: 60 }), async purchases => {
          // Somebody without a name sets the newest day.
          const anonymous = sale(0, 0, { total: 1 })
          const read = await refine([
            anonymous,
            ...purchases.map(({ customer, daysAgo, total }, at) =>
              sale(at + 1, daysAgo, { customer_id: customer, total }),
            ),
          ])
          const got = new Map((await read('silver_customer_segments')).map(row => [row.customer_id, row]))
          const inYear = Map.groupBy(
            purchases.filter(({ daysAgo }) => daysAgo < 365),
            ({ customer }) => customer,
          )
          expect([...got.keys()].sort()).toEqual([...inYear.keys()].sort())
          const customers = [...inYear].map(([id, own]) => {
            const priced = own.flatMap(({ total }) => total ?? [])
            return {
              id,
              recency: -Math.min(...own.map(({ daysAgo }) => daysAgo)),
              frequency: own.length,
              money: priced.length === 0 ? Number.NEGATIVE_INFINITY : priced.reduce((a, b) => a + b, 0),
            }
          })
          for (const customer of customers) {
            const quintile = (of: 'recency' | 'frequency' | 'money') =>
              1 +
              Math.floor((5 * customers.filter(other => other[of] < customer[of]).length) / customers.length)
            const [r, f, m] = [quintile('recency'), quintile('frequency'), quintile('money')] as const
            expect(got.get(customer.id)).toMatchObject({
              recency_days: -customer.recency,
              frequency: customer.frequency,
              recency_score: r,
              frequency_score: f,
              monetary_score: m,
              segment: segmentOf(r, f, m),
            })
          }
        }),
        { numRuns: 8 },
      )
    })

    it('baskets: how often two things lie together does not depend on their order, and each pair stands once', {
      timeout: 120_000,
    }, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(fc.constantFrom(...ITEMS), { maxLength: 6 }), {
            minLength: 20,
            maxLength: 60,
          }),
          async baskets => {
            const line = (product_name: string) => ({ product_name, quantity: 1 })
            const read = await refine(baskets.map((items, at) => sale(at, at, { lines: items.map(line) })))
            const sets = baskets.map(items => new Set(items)).filter(items => items.size > 0)
            const together = (...items: Item[]) =>
              sets.filter(set => items.every(item => set.has(item))).length
            const pairs = (await read('gold_basket_pairs')).filter(row => row.kind === 'product')
            const names = [...ITEMS].sort()
            const wanted = names
              .flatMap((a, at) => names.slice(at + 1).map(b => ({ a, b, both: together(a, b) })))
              .filter(({ both }) => both >= 10)
            expect(pairs.map(row => `${row.item_a} ${row.item_b}`).sort()).toEqual(
              wanted.map(({ a, b }) => `${a} ${b}`).sort(),
            )
            for (const { a, b, both } of wanted) {
              const row: Row = pairs.find(pair => pair.item_a === a && pair.item_b === b) ?? {}
              expect(row).toMatchObject({ n_ab: both, n_a: together(a), n_b: together(b), n: sets.length })
              expect(row.lift).toBeCloseTo((sets.length * both) / (together(a) * together(b)), 5)
              expect(row.support).toBeCloseTo(both / sets.length, 6)
              expect(row.confidence_ab).toBeCloseTo(both / together(a), 5)
              expect(row.confidence_ba).toBeCloseTo(both / together(b), 5)
            }
          },
        ),
        { numRuns: 6 },
      )
    })
  })
})

/** The rules in their order: the first that fits. */
function segmentOf(r: number, f: number, m: number): string {
  const all = [r, f, m]
  if (all.every(score => score >= 4)) return 'Champions'
  if (all.every(score => score >= 3)) return 'Loyal'
  if (r >= 4 && f <= 2) return 'New'
  if (r >= 3 && f <= 2 && m >= 3) return 'Potential Loyalists'
  if (r >= 3 && f >= 3 && m <= 2) return 'Need Attention'
  if (r <= 2 && f >= 3 && m >= 3) return 'At Risk'
  if (r <= 2 && f <= 2 && m >= 4) return 'Cannot Lose'
  if (all.every(score => score <= 2)) return 'Lost'
  return 'Others'
}
