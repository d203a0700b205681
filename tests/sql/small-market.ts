import type { Arrival, TestStore } from './bronze.ts'

/** A year of a small market that behaves: what platinum can find in it is known beforehand. Nothing is random. */

export const MARKET_STORES: readonly TestStore[] = [
  { storeId: 'A', city: 'Quezon City', region: 'NCR' },
  { storeId: 'B', city: 'Makati', region: 'NCR' },
  { storeId: 'C', city: 'Cebu City', region: 'VII' },
]

const START = Date.parse('2025-01-06T00:00:00+08:00')
const DAY_MS = 86_400_000

interface Line {
  readonly sku: string
  readonly quantity: number
  readonly price: number
  readonly category: string
}

const QUICK: readonly Line[] = [{ sku: 'cola', quantity: 1, price: 20, category: 'beverages' }]
const SMOKE: readonly Line[] = [{ sku: 'smoke', quantity: 1, price: 60, category: 'tobacco' }]

/** Bread and soap go together; every third of these baskets has noodles instead of soap. */
const large = (n: number): readonly Line[] => [
  { sku: 'bread', quantity: 3, price: 45 + (n % 4), category: 'snacks' },
  n % 3 === 0
    ? { sku: 'noodles', quantity: 6, price: 15, category: 'snacks' }
    : { sku: 'soap', quantity: 4, price: 55, category: 'household' },
  { sku: 'shampoo', quantity: 2, price: 90 + (n % 5), category: 'personal_care' },
]

/** Three kinds of baskets at their own hours, one sale without items and one without a price, in three stores, day by day. */
export function marketSales(days: number): Arrival[] {
  const sales: Arrival[] = []
  for (let day = 0; day < days; day++) {
    for (const [s, { storeId }] of MARKET_STORES.entries()) {
      const n = day * 3 + s
      const add = (
        name: string,
        hour: number,
        payment: string,
        lines: readonly Line[],
        customer?: string,
      ) => {
        const at = new Date(START + day * DAY_MS + hour * 3_600_000).toISOString()
        const transactionId = `${name}-${day}`
        const sale = {
          transaction_id: transactionId,
          store_id: storeId,
          sold_at: at,
          payment_method: payment,
          customer_id: customer ?? null,
          lines: lines.map(({ sku, quantity, price, category }) => ({
            product_id: sku,
            quantity,
            unit_price: price,
            category,
          })),
          total: lines.length === 0 ? null : lines.reduce((sum, line) => sum + line.quantity * line.price, 0),
        }
        sales.push({ contract: 'pos.v1', sale, storeId, transactionId, at })
      }
      add('quick', 7 + (n % 4), 'cash', QUICK)
      // Weeks alternate: the naive forecast is wrong by the whole swing.
      if (Math.floor(day / 7) % 2 === 0) add('more', 8, 'cash', QUICK)
      add('large', 14, 'gcash', large(n))
      add('smoke', 23, 'cash', SMOKE)
      if (n % 10 === 0) add('nothing', 12, 'cash', [])
    }
  }
  return sales
}
