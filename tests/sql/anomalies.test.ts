import { describe, expect, it } from 'vitest'
import { withTenant } from '../../sync-server/database/tenant.ts'
import { runMedallion } from '../../sync-server/medallion/runner.ts'
import { forEachEngine } from '../support/database.ts'
import { type Arrival, addStores, arrive, newTenant } from './bronze.ts'

const DAY_MS = 86_400_000
const LAST = Date.parse('2025-06-02T10:00:00+08:00')

/** A sale of `total` so many weeks before the last day. */
const week = (back: number, total: number | null): Arrival => {
  const at = new Date(LAST - back * 7 * DAY_MS).toISOString()
  const sale = { transaction_id: `w${back}`, store_id: 'A', sold_at: at, lines: [], total }
  return { contract: 'pos.v1', sale, storeId: 'A', transactionId: `w${back}`, at }
}

/** The formula once more, in floating point: what the SQL must come near. */
function robustZ(value: number, past: readonly number[]): { median: number; mad: number; z: number } {
  const middle = median(past)
  const mad = median(past.map(other => Math.abs(other - middle)))
  return { median: middle, mad, z: (0.6745 * (value - middle)) / mad }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length / 2
  return ((sorted[Math.ceil(half) - 1] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2
}

describe('anomalies', () => {
  forEachEngine(database => {
    const anomaliesOf = async (arrivals: readonly Arrival[]) => {
      const { pool } = database()
      const tenantId = await newTenant(pool)
      await addStores(pool, tenantId, [{ storeId: 'A', city: 'Quezon City', region: 'NCR' }])
      await arrive(pool, tenantId, arrivals)
      await runMedallion({ pool, tenantId, days: 'touched' })
      return withTenant(
        pool,
        tenantId,
        async tx =>
          (
            await tx.query(
              `select * from scout.anomaly_detection where level = 'region' and metric = 'net_sales' order by day`,
            )
          ).rows,
      )
    }
    const past = [100, 104, 98, 101, 97, 103, 99, 102]
    const weeks = (values: readonly (number | null)[]) => values.map((total, i) => week(i + 1, total))

    it('are days far from the median of the 8 previous same weekdays', async () => {
      const rows = await anomaliesOf([week(0, 400), ...weeks(past)])
      const expected = robustZ(400, past)
      expect(rows).toHaveLength(1)
      expect(rows[0]).toMatchObject({
        place: '1300000000',
        day: '2025-06-02',
        metric: 'net_sales',
        window_days: 8,
      })
      expect(Number(rows[0]?.value)).toBe(400)
      expect(Number(rows[0]?.median)).toBe(expected.median)
      expect(Number(rows[0]?.mad)).toBe(expected.mad)
      expect(Number(rows[0]?.z)).toBeCloseTo(expected.z, 6)
    })

    it('also below', async () => {
      const rows = await anomaliesOf([week(0, 1), ...weeks(past)])
      expect(Number(rows[0]?.z)).toBeCloseTo(robustZ(1, past).z, 6)
    })

    it('begin at exactly 3.5', async () => {
      // Median 100, MAD 0.6745: a value of 103.5 has z = 3.5.
      const spread = [99.3255, 99.3255, 99.3255, 99.3255, 100.6745, 100.6745, 100.6745, 100.6745].map(
        v => v * 100,
      )
      expect(await anomaliesOf([week(0, 10350), ...weeks(spread)])).toHaveLength(1)
      expect(await anomaliesOf([week(0, 10349.99), ...weeks(spread)])).toHaveLength(0)
    })

    it('need 6 of the 8 days, and a priced sale to make a day', async () => {
      const six = [...past.slice(0, 6), null, null]
      const rows = await anomaliesOf([week(0, 400), ...weeks(six)])
      expect(rows).toMatchObject([{ window_days: 6 }])
      expect(await anomaliesOf([week(0, 400), ...weeks([...past.slice(0, 5), null, null, null])])).toEqual([])
      expect(await anomaliesOf([week(0, null), ...weeks(past)])).toEqual([])
    })

    it('are none where the past did not vary', async () => {
      expect(await anomaliesOf([week(0, 400), ...weeks(past.map(() => 100))])).toEqual([])
    })

    it('are judged again when a late sale changes a day that they look back on', async () => {
      const { pool } = database()
      const tenantId = await newTenant(pool)
      await addStores(pool, tenantId, [{ storeId: 'A', city: 'Quezon City', region: 'NCR' }])
      const zOfLastDay = async () => {
        await runMedallion({ pool, tenantId, days: 'touched' })
        const { rows } = await withTenant(pool, tenantId, tx =>
          tx.query(
            `select z from scout.anomaly_detection where day = '2025-06-02' and level = 'region' and metric = 'net_sales'`,
          ),
        )
        return Number(rows[0]?.z)
      }
      await arrive(pool, tenantId, [week(0, 400), ...weeks(past)])
      expect(await zOfLastDay()).toBeCloseTo(robustZ(400, past).z, 6)
      const late = { ...week(8, 50), transactionId: 'late' }
      await arrive(pool, tenantId, [{ ...late, sale: { ...late.sale, transaction_id: 'late' } }])
      expect(await zOfLastDay()).toBeCloseTo(robustZ(400, [...past.slice(0, 7), 152]).z, 6)
    })

    it('are found at every level and for the number of sales too, each by its own past', async () => {
      const { pool } = database()
      const tenantId = await newTenant(pool)
      await addStores(pool, tenantId, [
        { storeId: 'A', city: 'Quezon City', region: 'NCR' },
        { storeId: 'B', city: 'Makati', region: 'NCR' },
      ])
      const of = (storeId: string, arrival: Arrival): Arrival => ({
        ...arrival,
        storeId,
        sale: { ...arrival.sale, store_id: storeId },
      })
      // A's day is usual in pesos, and made of many small sales; B's past varies enough to hide it in the region.
      const many = Array.from({ length: 20 }, (_, i) => {
        const small = week(0, 5)
        return { ...small, transactionId: `s${i}`, sale: { ...small.sale, transaction_id: `s${i}` } }
      })
      const twice = [1, 3, 5, 7].map(back => {
        const second = week(back, 1)
        return { ...second, transactionId: `x${back}`, sale: { ...second.sale, transaction_id: `x${back}` } }
      })
      await arrive(pool, tenantId, [
        ...many,
        ...weeks(past),
        ...twice,
        ...[week(0, 900), ...weeks([500, 1500, 100, 900, 1300, 700, 1100, 300])].map(sale => of('B', sale)),
      ])
      await runMedallion({ pool, tenantId, days: 'touched' })
      const { rows } = await withTenant(pool, tenantId, tx =>
        tx.query(
          `select level, place, metric, value, trim_scale(median) as median, direction from scout.anomaly_detection order by level, metric`,
        ),
      )
      expect(rows.filter(({ metric, level }) => metric === 'sales' && level !== 'province')).toMatchObject([
        { level: 'city', place: '1381300000', value: '20', median: '1.5', direction: 'above' },
        { level: 'region', place: '1300000000', value: '21', median: '2.5', direction: 'above' },
        { level: 'store', place: 'A', value: '20', median: '1.5', direction: 'above' },
      ])
      expect(rows.filter(({ metric }) => metric === 'net_sales')).toEqual([])
    })

    it('look back 8 weeks and no further', async () => {
      const rows = await anomaliesOf([week(0, 400), ...weeks([...past, 5000, 6000])])
      expect(rows.filter(row => row.day === '2025-06-02')).toMatchObject([
        { window_days: 8, z: expect.anything() },
      ])
      expect(Number(rows.at(-1)?.median)).toBe(robustZ(400, past).median)
    })
  })
})
