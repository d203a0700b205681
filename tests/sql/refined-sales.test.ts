import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { TenantId } from '../../app/domain/ids.ts'
import type { Pool } from '../../sync-server/database/pool.ts'
import { withTenant } from '../../sync-server/database/tenant.ts'
import { runMedallion } from '../../sync-server/medallion/runner.ts'
import { forEachEngine } from '../support/database.ts'
import { type Arrival, addStores, arrive, newTenant } from './bronze.ts'

const samples = join(import.meta.dirname, '../fixtures/edge-samples')
const golden = JSON.parse(readFileSync(join(samples, 'golden.json'), 'utf8'))
const flat = JSON.parse(readFileSync(join(samples, 'flat-transactions.json'), 'utf8'))

const pos = (sale: Record<string, unknown>, at = '2025-08-14T10:00:00+08:00'): Arrival => ({
  contract: 'pos.v1',
  sale: { transaction_id: '1', store_id: 'A', sold_at: at, lines: [], ...sale },
  storeId: 'A',
  transactionId: String(sale.transaction_id ?? '1'),
  at,
})

const refine = async (pool: Pool, arrivals: readonly Arrival[]): Promise<TenantId> => {
  const tenantId = await newTenant(pool)
  await addStores(pool, tenantId, [{ storeId: 'A', city: 'Quezon City', region: 'NCR' }])
  await arrive(pool, tenantId, arrivals)
  await runMedallion({ pool, tenantId, days: 'touched' })
  return tenantId
}

const rowsOf = (pool: Pool, tenantId: TenantId, relation: string, order: string) =>
  withTenant(
    pool,
    tenantId,
    async tx => (await tx.query(`select * from scout.${relation} order by ${order}`)).rows,
  )

describe('silver', () => {
  forEachEngine(database => {
    const silver = async (arrivals: readonly Arrival[]) => {
      const { pool } = database()
      const tenantId = await refine(pool, arrivals)
      return {
        sales: await rowsOf(pool, tenantId, 'silver_transactions', 'transaction_id'),
        lines: await rowsOf(pool, tenantId, 'silver_line_items', 'transaction_id, line_no'),
      }
    }

    it('reads an edge transaction', async () => {
      const { sales, lines } = await silver([
        { contract: 'edge.v1', sale: golden, storeId: 'A', transactionId: 'g', at: golden.ts_utc },
      ])
      expect(sales).toMatchObject([
        {
          date_key: '2025-08-14',
          time_of_day: 'evening',
          channel: 'store',
          total_amount: '169.00',
          discount_amount: null,
          net_amount: '169.00',
          lines_amount: '169.00',
          payment_method: 'cash',
          customer_type: null,
          product_category: 'beverages',
          peso_value: '130.00',
          item_count: 8,
          unique_products: 3,
          basket_size: 8,
          handshake_triggered: null,
          region: '1300000000',
          city: '1381300000',
          quality_failed: [],
          quality_score: '1.00',
        },
      ])
      expect(lines.map(line => [line.product_name, line.category, line.units, line.line_amount])).toEqual([
        ['Coke 1.5L', 'beverages', 2, '130.00'],
        ['Pancit Canton Original', 'other', 3, '30.00'],
        ['Ice', 'beverages', 3, '9.00'],
      ])
    })

    it('reads a flat transaction: its main product is priced, its companions are not, so its total is unknown', async () => {
      const sale = flat.valid_single.transactions
      const { sales, lines } = await silver([
        { contract: 'flat.v1', sale, storeId: 'A', transactionId: sale.id, at: sale.timestamp },
      ])
      expect(sales).toMatchObject([
        {
          time_of_day: 'afternoon',
          total_amount: null,
          net_amount: null,
          peso_value: '30.00',
          product_category: 'beverages',
          customer_type: 'returning',
          basket_size: 3,
          stated_basket_size: 3,
          units_per_transaction: 2,
          handshake_triggered: true,
          campaign_influenced: true,
          quality_failed: ['has_a_total', 'lines_are_priced'],
        },
      ])
      expect(lines.map(line => [line.product_id, line.category, line.units, line.line_amount])).toEqual([
        ['COKE_SAMMA_250ML', 'beverages', 2, '30.00'],
        ['SKYFLAKES_25G', null, 1, null],
      ])
    })

    it('notices a basket size that disagrees', async () => {
      const sale = flat.basket_size_mismatch.transactions
      const { sales } = await silver([
        { contract: 'flat.v1', sale, storeId: 'A', transactionId: sale.id, at: sale.timestamp },
      ])
      expect(sales[0]).toMatchObject({ basket_size: 2, stated_basket_size: 5 })
      expect(sales[0]?.quality_failed).toContain('basket_size_agrees')
    })

    it('keeps what is unknown null: a sale without items and prices counts, and costs nothing', async () => {
      const { sales, lines } = await silver([pos({ total: null })])
      expect(lines).toEqual([])
      expect(sales).toMatchObject([
        {
          total_amount: null,
          net_amount: null,
          peso_value: null,
          item_count: null,
          basket_size: null,
          product_category: null,
          payment_method: null,
          customer_id: null,
        },
      ])
    })

    it('takes the category of the largest line, the first on a tie', async () => {
      const line = (category: string, unit_price: number) => ({ category, quantity: 1, unit_price })
      const { sales } = await silver([
        pos({ transaction_id: '1', lines: [line('snacks', 10), line('tobacco', 20), line('household', 20)] }),
        pos({ transaction_id: '2', lines: [line('snacks', 30), line('tobacco', 20)] }),
        pos({ transaction_id: '3', lines: [{ category: 'snacks', quantity: 1 }, line('tobacco', 1)] }),
      ])
      expect(sales.map(sale => sale.product_category)).toEqual(['tobacco', 'snacks', 'tobacco'])
    })

    it('adds up lines of decimals in text, discounts, returns and weighed goods to the centavo', async () => {
      const { sales, lines } = await silver([
        pos({
          discount: '5.00',
          lines: [
            { category: 'snacks', quantity: '3', unit_price: '33.335', discount: 0.01 },
            { category: 'other', quantity: 0.25, unit_price: 199.99 },
            { category: 'snacks', quantity: -1, unit_price: 12.5 },
          ],
        }),
      ])
      expect(lines.map(line => [line.units, line.line_amount])).toEqual([
        [3, '100.00'],
        [1, '50.00'],
        [-1, '-12.50'],
      ])
      expect(sales).toMatchObject([{ total_amount: '137.50', net_amount: '132.50', basket_size: 3 }])
    })

    it('treats an absurd number as unknown instead of stopping the day', async () => {
      const { sales } = await silver([
        pos({ transaction_id: '1', total: 1e300, lines: [{ quantity: 1e15, unit_price: 1 }] }),
        pos({ transaction_id: '2', total: 10 }),
      ])
      expect(sales.map(sale => [sale.total_amount, sale.basket_size])).toEqual([
        [null, null],
        ['10.00', null],
      ])
    })

    it.each([
      ['05:59:59', 'night'],
      ['06:00:00', 'morning'],
      ['11:59:59', 'morning'],
      ['12:00:00', 'afternoon'],
      ['17:59:59', 'afternoon'],
      ['18:00:00', 'evening'],
      ['21:59:59', 'evening'],
      ['22:00:00', 'night'],
      ['00:00:00', 'night'],
    ])('puts %s into the %s of its Manila day', async (time, timeOfDay) => {
      const { sales } = await silver([pos({}, `2025-08-14T${time}+08:00`)])
      expect(sales).toMatchObject([{ date_key: '2025-08-14', time_of_day: timeOfDay }])
    })
  })
})

describe('gold', () => {
  forEachEngine(database => {
    it('counts each sale once, and says how many of them have a price', async () => {
      const { pool } = database()
      const tenantId = await refine(pool, [
        pos({ transaction_id: '1', total: 10.5 }),
        pos({ transaction_id: '2', total: null }),
        pos({ transaction_id: '3', total: 20 }, '2025-08-14T19:00:00+08:00'),
      ])
      expect(await rowsOf(pool, tenantId, 'gold_store_days', 'day')).toMatchObject([
        { store: 'A', day: '2025-08-14', sales: 3, priced_sales: 2, net_sales: '30.50' },
      ])
      expect(await rowsOf(pool, tenantId, 'gold_sales_cube', 'time_of_day')).toMatchObject([
        { place: '1381300000', time_of_day: 'evening', sales: 1, priced_sales: 1, net_sales: '20.00' },
        { time_of_day: 'morning', sales: 2, priced_sales: 1, net_sales: '10.50', category: null },
      ])
      expect(await rowsOf(pool, tenantId, 'gold_region_choropleth', 'day')).toMatchObject([
        {
          region_key: '1300000000',
          region_name: 'National Capital Region',
          txn_count: 3,
          active_stores: 1,
          peso_total: '30.50',
          avg_transaction_value: '15.25',
          morning_sales: '10.50',
          afternoon_sales: null,
          evening_sales: '20.00',
          population: 13484462,
        },
      ])
    })
  })
})
