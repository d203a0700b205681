import { beforeAll, describe, expect, it } from 'vitest'
import type { TenantId } from '../../app/domain/ids.ts'
import { withTenant } from '../../sync-server/database/tenant.ts'
import { runMedallion } from '../../sync-server/medallion/runner.ts'
import { ENGINES, engineMissing, forEachEngine } from '../support/database.ts'
import { addStores, arrive, newTenant } from './bronze.ts'
import { MARKET_STORES, marketSales } from './small-market.ts'

const DAYS = 238
const RELATIONS = [
  'anomaly_detection',
  'basket_cluster_days',
  'basket_clusters',
  'churn_calibration',
  'churn_score',
  'customer_features',
  'demand_forecast',
  'feature_store',
  'prediction_outputs',
  'recommendation_engine',
  'store_features',
] as const

/** Every row of platinum as text, by engine. */
const made = new Map<string, Record<string, string[]>>()

interface Line {
  readonly category: string
  readonly quantity: number
  readonly unit_price: number
  readonly product_id: string
}
const sales = marketSales(DAYS)
const linesOf = (sale: Readonly<Record<string, unknown>>) => sale.lines as readonly Line[]

describe('platinum of a small market', () => {
  forEachEngine((database, engine) => {
    let tenantId: TenantId
    const rowsOf = async (sql: string, parameters: unknown[] = []) =>
      withTenant(database().pool, tenantId, async tx => (await tx.query(sql, parameters)).rows)
    const allRows = async () => {
      const all: Record<string, string[]> = {}
      for (const relation of RELATIONS) {
        const rows = await rowsOf(`select to_jsonb(r)::text as row from scout.${relation} r order by 1`)
        all[relation] = rows.map(({ row }) => String(row))
      }
      return all
    }

    beforeAll(async () => {
      const { pool } = database()
      tenantId = await newTenant(pool, 'market')
      await addStores(pool, tenantId, MARKET_STORES)
      for (let at = 0; at < sales.length; at += 1000) await arrive(pool, tenantId, sales.slice(at, at + 1000))
      await runMedallion({ pool, tenantId, days: 'all' })
      made.set(engine, await allRows())
    }, 300_000)

    it('finds its kinds of baskets, names them by what sets them apart, and says how sure that is', async () => {
      const rows = await rowsOf(
        'select name, fit_silhouette, stability, n from scout.basket_clusters where position is not null order by position',
      )
      expect(rows.map(({ name }) => name)).toEqual([
        'Quick beverages, morning',
        'Tobacco, night',
        'Large mixed baskets, afternoon',
        'Large snacks, afternoon',
      ])
      expect(Number(rows[0]?.fit_silhouette)).toBeGreaterThan(0.9)
      expect(Number(rows[0]?.stability)).toBe(1)
    })

    it('puts every sale into one kind, and those of which too little is known into none', async () => {
      const rows = await rowsOf(
        `select c.name, split_part(t.transaction_id, '-', 1) as made_as, count(*)::integer as sales
         from scout.transaction_clusters($1, null) t
         join scout.basket_clusters c on c.tenant_id = $1 and c.cluster = t.cluster
         group by c.name, made_as order by c.name collate "C", made_as`,
        [tenantId],
      )
      const count = (name: string) => sales.filter(sale => sale.transactionId.startsWith(`${name}-`)).length
      const noodles = sales.filter(({ sale }) =>
        linesOf(sale).some(line => line.product_id === 'noodles'),
      ).length
      expect(rows).toEqual([
        { name: 'Large mixed baskets, afternoon', made_as: 'large', sales: count('large') - noodles },
        { name: 'Large snacks, afternoon', made_as: 'large', sales: noodles },
        { name: 'No items known', made_as: 'nothing', sales: count('nothing') },
        { name: 'Quick beverages, morning', made_as: 'more', sales: count('more') },
        { name: 'Quick beverages, morning', made_as: 'quick', sales: count('quick') },
        { name: 'Tobacco, night', made_as: 'smoke', sales: count('smoke') },
      ])
      const [sums] = await rowsOf(
        'select sum(sales)::integer as sales, sum(net_sales) as pesos from scout.basket_cluster_days',
      )
      const [silver] = await rowsOf(
        'select count(*)::integer as sales, sum(net_amount) as pesos from scout.silver_transactions',
      )
      expect(sums).toEqual(silver)
    })

    it('assigns each basket to the centroid that its weights say is nearest', async () => {
      const clusters = await rowsOf(
        'select cluster, weights from scout.basket_clusters where position is not null order by position',
      )
      const features = await rowsOf(
        `select * from scout.basket_features($1, null) f where f.kind = 'basket' and f.date_key < '2025-02-01'`,
        [tenantId],
      )
      const assigned = new Map(
        (await rowsOf('select * from scout.transaction_clusters($1, null)', [tenantId])).map(row => [
          `${row.store_id}/${row.transaction_id}`,
          row.cluster,
        ]),
      )
      const sold = new Map(sales.map(sale => [`${sale.storeId}/${sale.transactionId}`, linesOf(sale.sale)]))
      expect(features.length).toBeGreaterThan(100)
      for (const basket of features) {
        const lines = sold.get(`${basket.store_id}/${basket.transaction_id}`) ?? []
        const total = lines.reduce((sum, line) => sum + line.quantity * line.unit_price, 0)
        const scores = clusters.map(({ weights }) => {
          const weight = weights as Record<string, number>
          const plain = [
            'base:',
            `amount_step:${basket.amount_step}`,
            `units_step:${basket.units_step}`,
            `lines_step:${basket.lines_step}`,
            `time_of_day:${basket.time_of_day}`,
            `payment:${basket.payment}`,
            `request_mode:${basket.request_mode}`,
          ].reduce((sum, key) => sum + (weight[key] ?? 0), 0)
          return lines.reduce(
            (sum, line) =>
              sum + (weight[`category:${line.category}`] ?? 0) * ((line.quantity * line.unit_price) / total),
            plain,
          )
        })
        expect(assigned.get(`${basket.store_id}/${basket.transaction_id}`)).toBe(
          clusters[scores.indexOf(Math.min(...scores))]?.cluster,
        )
      }
    })

    it('forecasts with the errors that its weeks give by hand, and withholds what naive does better', async () => {
      const weeks = new Map<string, number>()
      for (const { storeId, at, sale } of sales) {
        if (storeId !== 'A') continue
        const day = Date.parse(at) / 86_400_000 + 8 / 24
        const week = String(Math.floor((day - 4) / 7))
        const pesos = linesOf(sale).reduce((sum, line) => sum + line.quantity * line.unit_price, 0)
        weeks.set(week, (weeks.get(week) ?? 0) + pesos)
      }
      const series = [...weeks.values()]
      const last = series.slice(-13)
      const naive = last.slice(1).reduce((sum, value, i) => sum + Math.abs(value - (last[i] ?? 0)), 0) / 12
      const rows = await rowsOf(
        `select horizon, prediction, lower, upper, withheld, mae, naive_mae, n, window_from, window_to, week
         from scout.demand_forecast where store_id = 'A' and target = 'net_sales' order by horizon`,
      )
      expect(rows[0]).toMatchObject({
        week: '2025-09-01',
        n: series.length,
        window_from: '2025-01-06',
        window_to: '2025-08-31',
      })
      expect(Number(rows[0]?.naive_mae)).toBeCloseTo(naive, 2)
      // Two weeks back is the same half of the swing.
      expect(rows.map(({ withheld }) => withheld)).toEqual([
        null,
        'worse_than_naive',
        null,
        'worse_than_naive',
      ])
      for (const { prediction, lower, upper, mae, naive_mae, withheld } of rows) {
        if (withheld !== null) expect(prediction).toBeNull()
        else {
          expect(Number(mae)).toBeLessThanOrEqual(Number(naive_mae))
          expect(Number(lower)).toBeLessThanOrEqual(Number(prediction))
          expect(Number(upper)).toBeGreaterThanOrEqual(Number(prediction))
        }
      }
      const shown = await rowsOf(
        `select count(*)::integer as shown from scout.prediction_outputs where model = 'demand' and prediction is null`,
      )
      expect(shown).toEqual([{ shown: 0 }])
    })

    it('recommends what counting baskets by hand recommends, with the error on days it was not found in', async () => {
      const last = Math.max(...sales.map(({ at }) => Date.parse(at)))
      const since = last - 180 * 86_400_000
      const baskets = sales
        .filter(
          ({ at }) =>
            Math.floor(Date.parse(at) / 86_400_000 + 1 / 3) > Math.floor(since / 86_400_000 + 1 / 3),
        )
        .map(({ sale }) => new Set(linesOf(sale).map(line => line.product_id)))
        .filter(products => products.size > 0)
      const n = (...products: string[]) =>
        baskets.filter(basket => products.every(product => basket.has(product))).length
      const rows = await rowsOf(
        `select * from scout.recommendation_engine where scope = 'all' and antecedent = 'bread' order by rank`,
      )
      expect(rows.map(({ consequent }) => consequent)).toEqual(['shampoo', 'soap', 'noodles'])
      for (const { consequent, n_both, n_antecedent, n_consequent, confidence, lift, ...row } of rows) {
        const other = String(consequent)
        expect([n_both, n_antecedent, n_consequent]).toEqual([n('bread', other), n('bread'), n(other)])
        expect(Number(confidence)).toBeCloseTo(n('bread', other) / n('bread'), 5)
        expect(Number(lift)).toBeCloseTo((n('bread', other) * baskets.length) / (n('bread') * n(other)), 5)
        expect(Number(row.held_out_confidence)).toBeGreaterThan(Number(row.held_out_base))
      }
      const offered = await rowsOf(
        `select product_id from scout.recommend($1, '1300000000', '{bread,shampoo}', 5)`,
        [tenantId],
      )
      expect(offered.map(({ product_id }) => product_id)).toEqual(['noodles', 'soap'])
    })

    it('has features that are sums over the days they name', async () => {
      const [features] = await rowsOf(`select * from scout.store_features where store_id = 'A'`)
      const inWindow = (days: number) =>
        sales.filter(
          ({ storeId, transactionId }) =>
            storeId === 'A' && Number(transactionId.split('-')[1]) >= DAYS - days,
        )
      expect(features).toMatchObject({
        as_of: '2025-08-31',
        sales_28: inWindow(28).length,
        active_days_28: 28,
      })
      expect(features?.sales_84).toBe(inWindow(84).length)
      expect(Number(features?.mean_week_sales)).toBeCloseTo(inWindow(84).length / 12, 4)
      const long = await rowsOf(
        `select value from scout.feature_store where entity_id = 'A' and feature = 'sales_28'`,
      )
      expect(long.map(({ value }) => Number(value))).toEqual([inWindow(28).length])
    })

    it('keeps touched days in step with what a full rebuild makes, and its names through a new fit', async () => {
      const { pool } = database()
      const late = sales
        .filter(({ transactionId }) => transactionId === `large-${DAYS - 1}`)
        .map(one => ({ ...one, transactionId: 'late', sale: { ...one.sale, transaction_id: 'late' } }))
      await arrive(pool, tenantId, late)
      await runMedallion({ pool, tenantId, days: 'touched' })
      const days = () => rowsOf('select to_jsonb(d)::text as row from scout.basket_cluster_days d order by 1')
      const incremental = await days()
      const names = () => rowsOf('select cluster, name, fit from scout.basket_clusters order by cluster')
      const before = await names()
      await runMedallion({ pool, tenantId, days: 'all' })
      expect(await days()).toEqual(incremental)
      expect(await names()).toEqual(before)

      // Inside the window of the fit: other weights, the same kinds under the same names.
      const early = late.map(one => ({
        ...one,
        transactionId: 'early',
        at: '2025-03-03T14:00:00+08:00',
        sale: { ...one.sale, transaction_id: 'early', sold_at: '2025-03-03T14:00:00+08:00' },
      }))
      await arrive(pool, tenantId, early)
      await runMedallion({ pool, tenantId, days: 'all' })
      const after = await names()
      expect(after.map(({ cluster, name }) => [cluster, name])).toEqual(
        before.map(({ cluster, name }) => [cluster, name]),
      )
      expect(after[0]?.fit).not.toBe(before[0]?.fit)
    })
  })

  it.skipIf(ENGINES.some(engine => engineMissing(engine) !== undefined))(
    'is the same row for row on both engines',
    () => {
      const [one, other] = ENGINES.map(engine => made.get(engine))
      expect(one?.basket_clusters).not.toHaveLength(0)
      expect(one).toEqual(other)
    },
  )
})
