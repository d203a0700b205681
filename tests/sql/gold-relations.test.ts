import { beforeAll, describe, expect, it } from 'vitest'
import type { TenantId } from '../../app/domain/ids.ts'
import { forEachEngine } from '../support/database.ts'
import { count, dirtyWorld, grouped, picked, type Row, rowsOf, sum, whereTrue } from './gold-world.ts'

/** Each relation against a computation of its own, in TypeScript, from silver. */
describe('gold, from dirty sales,', () => {
  forEachEngine(database => {
    let tenantId: TenantId
    let sales: Row[]
    let lines: Row[]
    const read = (relation: string) => rowsOf(database().pool, tenantId, relation)

    beforeAll(async () => {
      tenantId = await dirtyWorld(database().pool, 20_250_303)
      sales = await read('silver_transactions')
      lines = await read('silver_line_items')
    }, 120_000)

    /** The relation has exactly these rows, as far as their columns go. */
    const equals = async (relation: string, wanted: readonly Row[]) => {
      expect(wanted.length).toBeGreaterThan(1)
      expect(picked(await read(relation), Object.keys(wanted[0] ?? {}))).toEqual(wanted)
    }

    it('reads what each contract can say of a sale', () => {
      const seen = (column: string) => [...new Set(sales.map(row => row[column]))].map(String).sort()
      expect(seen('request_type')).toEqual(['branded', 'null', 'unbranded'])
      expect(seen('request_mode')).toEqual(['null', 'pointing', 'verbal'])
      expect(seen('gender')).toEqual(['female', 'male', 'null'])
      expect(seen('age_bracket')).toEqual(['18-24', '55-over', 'null'])
      expect(seen('substitution_reason')).toEqual(['null', 'stockout', 'whim'])
      expect(seen('substitution_from_brand')).toEqual(['COCA COLA', 'null'])
      expect(seen('substitution_to_brand')).toEqual(['PEPSI', 'null'])
      expect(sales.every(row => row.contract !== 'pos.v1' || row.substituted === null)).toBe(true)
      expect(sales.filter(row => row.customer_id !== null).length).toBeGreaterThan(200)
    })

    it.each([
      ['gold_weekly_metrics', 'week'],
      ['gold_monthly_metrics', 'month'],
    ])('%s adds up each store’s sales of a %s', async (relation, unit) => {
      await equals(
        relation,
        grouped(
          sales,
          row => ({
            [unit]: unit === 'week' ? monday(row.date_key) : `${String(row.date_key).slice(0, 7)}-01`,
            store_id: row.store_id,
          }),
          group => ({
            active_days: new Set(group.map(row => row.date_key)).size,
            transaction_count: group.length,
            priced_count: count(group, 'net_amount'),
            basket_count: count(group, 'basket_size'),
            net_sales: sum(group, 'net_amount'),
            units_sold: sum(group, 'basket_size') ?? 0,
            campaign_transactions: whereTrue(group, 'campaign_influenced'),
          }),
        ),
      )
    })

    it('gold_daily_kpis divides only what is known, and counts distinct customers and products of the day', async () => {
      const products = Map.groupBy(lines, row => `${row.date_key}/${row.store_id}`)
      await equals(
        'gold_daily_kpis',
        grouped(
          sales,
          row => ({ date_key: row.date_key, store_id: row.store_id }),
          group => {
            const net = sum(group, 'net_amount')
            const priced = count(group, 'net_amount')
            const own = products.get(`${group[0]?.date_key}/${group[0]?.store_id}`) ?? []
            return {
              unique_customers: new Set(group.map(row => row.customer_id).filter(id => id !== null)).size,
              unique_products_sold: new Set(own.map(row => row.product_key).filter(key => key !== null)).size,
              avg_transaction_value: net === null ? null : average(net, priced),
            }
          },
        ),
      )
    })

    it.each([
      ['gold_region_choropleth', 'region', 'region_key'],
      ['gold_province_choropleth', 'province', 'province_psgc'],
      ['gold_citymun_choropleth', 'city', 'citymun_psgc'],
    ])('%s has each %s and day once, with its active stores', async (relation, level, key) => {
      await equals(
        relation,
        grouped(
          sales,
          row => ({ [key]: row[level], day: row.date_key }),
          group => ({
            txn_count: group.length,
            active_stores: new Set(group.map(row => row.store_id)).size,
            peso_total: sum(group, 'net_amount'),
            morning_sales: sum(
              group.filter(row => row.time_of_day === 'morning'),
              'net_amount',
            ),
          }),
        ),
      )
    })

    it('gold_product_performance counts a sale once however many lines hold the product', async () => {
      await equals(
        'gold_product_performance',
        grouped(
          lines.filter(row => row.product_key !== null),
          row => ({ date_key: row.date_key, region: row.region, product_key: row.product_key }),
          group => ({
            lines: group.length,
            priced_lines: count(group, 'line_amount'),
            sales: new Set(group.map(row => `${row.store_id}/${row.transaction_id}`)).size,
            units: sum(group, 'units') ?? 0,
            net_sales: sum(group, 'line_amount'),
          }),
        ),
      )
      const pareto = (await read('gold_product_pareto')).toSorted((a, b) => Number(a.rank) - Number(b.rank))
      const shares = pareto.map(row => Number(row.share ?? 0))
      expect(shares).toEqual(shares.toSorted((a, b) => b - a))
      expect(pareto.filter(row => row.net_sales !== null).at(-1)?.cumulative_share).toBe(1)
      expect(pareto[0]?.class).toBe('A')
    })

    it('gold_request_behaviour, gold_demographics and gold_substitutions have each sale once', async () => {
      const base = (row: Row) => ({ date_key: row.date_key, region: row.region })
      await equals(
        'gold_request_behaviour',
        grouped(
          sales,
          row => ({ ...base(row), request_type: row.request_type, request_mode: row.request_mode }),
          group => ({
            sales: group.length,
            net_sales: sum(group, 'net_amount'),
            suggestions_accepted: whereTrue(group, 'suggestion_accepted'),
            suggestions_known: count(group, 'suggestion_accepted'),
            duration_seconds: sum(group, 'duration_seconds'),
          }),
        ),
      )
      await equals(
        'gold_demographics',
        grouped(
          sales,
          row => ({
            ...base(row),
            gender: row.gender,
            age_bracket: row.age_bracket,
            customer_type: row.customer_type,
          }),
          group => ({ sales: group.length, net_sales: sum(group, 'net_amount') }),
        ),
      )
      await equals(
        'gold_substitutions',
        grouped(
          sales.filter(row => row.substituted === true),
          row => ({
            ...base(row),
            from_brand: row.substitution_from_brand,
            to_brand: row.substitution_to_brand,
            reason: row.substitution_reason,
            substitution_from: row.substitution_from,
            substitution_to: row.substitution_to,
          }),
          group => ({ substitutions: group.length }),
        ),
      )
    })

    it('gold_sale_lines has every line once, and every sale, those without lines too', async () => {
      const rows = await read('gold_sale_lines')
      const id = (row: Row) => `${row.store_id}/${row.transaction_id}`
      expect(new Set(rows.map(id)).size).toBe(sales.length)
      expect(rows.filter(row => row.line_no !== 0)).toHaveLength(lines.length)
      const withLines = new Set(lines.map(id))
      expect(rows.filter(row => row.line_no === 0).every(row => !withLines.has(id(row)))).toBe(true)
      const once = [...new Map(rows.map(row => [id(row), row])).values()]
      expect(sum(once, 'sale_net_amount')).toBe(sum(sales, 'net_amount'))
      expect(sum(rows, 'line_amount')).toBe(sum(lines, 'line_amount'))
    })

    it('gold_customer_ltv knows each customer’s first and last day, worth and favourite store', async () => {
      await equals(
        'gold_customer_ltv',
        grouped(
          sales.filter(row => row.customer_id !== null),
          row => ({ customer_id: row.customer_id }),
          group => ({
            first_purchase_date: group.map(row => String(row.date_key)).toSorted()[0],
            last_purchase_date: group
              .map(row => String(row.date_key))
              .toSorted()
              .at(-1),
            sales: group.length,
            active_days: new Set(group.map(row => row.date_key)).size,
            total_lifetime_value: sum(group, 'net_amount'),
            preferred_store_id: favourite(group.map(row => String(row.store_id))),
          }),
        ),
      )
    })

    it('gold_store_windows ends on the newest day, and vitality and momentum follow from it', async () => {
      const newest =
        sales
          .map(row => String(row.date_key))
          .toSorted()
          .at(-1) ?? ''
      const age = (row: Row) => (Date.parse(newest) - Date.parse(String(row.date_key))) / 86_400_000
      await equals(
        'gold_store_windows',
        grouped(
          sales.filter(row => age(row) < 60),
          row => ({ store_id: row.store_id }),
          group => ({
            as_of: newest,
            transactions_30: group.filter(row => age(row) < 30).length,
            net_sales_30: sum(
              group.filter(row => age(row) < 30),
              'net_amount',
            ),
            transactions_30_before: group.filter(row => age(row) >= 30).length,
            net_sales_7: sum(
              group.filter(row => age(row) < 7),
              'net_amount',
            ),
            net_sales_7_before: sum(
              group.filter(row => age(row) >= 7 && age(row) < 14),
              'net_amount',
            ),
          }),
        ),
      )
      for (const row of await read('gold_store_vitality')) {
        const parts = [
          [0.3, row.revenue],
          [0.2, row.transactions],
          [0.2, row.products],
          [0.2, row.acceptance],
          [0.1, row.handshake],
        ].filter(([, part]) => part !== null)
        const weight = parts.reduce((all, [share]) => all + Number(share), 0)
        const score = parts.reduce((all, [share, part]) => all + Number(share) * Number(part), 0) / weight
        expect(Number(row.vitality)).toBeCloseTo(score, 3)
        const growth = Number(row.week_over_week)
        const momentum =
          growth > 0.1 && Number(row.rank_in_region) <= 5 ? 'HIGH' : growth < -0.1 ? 'DECLINING' : 'STEADY'
        expect(row.momentum).toBe(row.week_over_week === null ? null : momentum)
      }
      const performance = await read('mv_store_performance_30d')
      expect(performance.map(row => row.rank_in_region).toSorted()).toEqual([1, 1, 2])
    })

    it('mv_product_velocity ranks the products of each store over thirty days', async () => {
      const newest =
        lines
          .map(row => String(row.date_key))
          .toSorted()
          .at(-1) ?? ''
      const from = new Date(Date.parse(newest) - 29 * 86_400_000).toISOString().slice(0, 10)
      await equals(
        'mv_product_velocity',
        grouped(
          lines.filter(row => row.product_key !== null && String(row.date_key) >= from),
          row => ({ store_id: row.store_id, product_key: row.product_key }),
          group => ({ units: sum(group, 'units') ?? 0, lines: group.length }),
        ),
      )
    })
  })
})

function monday(day: unknown): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7))
  return date.toISOString().slice(0, 10)
}

function favourite(values: readonly string[]): string | undefined {
  return [...Map.groupBy(values, value => value)].toSorted(
    ([a, times], [b, others]) => others.length - times.length || (a < b ? -1 : 1),
  )[0]?.[0]
}

/** To the centavo, halves away from zero as Postgres rounds. */
const average = (net: number, of: number) =>
  (Math.sign(net) * Math.round(Math.round(Math.abs(net) * 100) / of)) / 100
