import type { Pool } from '../../../sync-server/database/pool.ts'
import { withTenant } from '../../../sync-server/database/tenant.ts'
import { TENANT } from './seed.ts'

/** Questions as an analyst asks gold, with `$1` the newest day. All behind the tenant's wall. */
export const AGGREGATES: readonly string[] = [
  `select region, sum(net_sales), sum(sales) from scout.gold_store_days
   where tenant_id = '${TENANT}' and day > $1::date - 30 group by region`,
  `select day, sum(net_sales), sum(sales), count(*) from scout.gold_store_days
   where tenant_id = '${TENANT}' and day > $1::date - 28 group by day order by day`,
  `select category, time_of_day, sum(net_sales) from scout.gold_sales_cube
   where tenant_id = '${TENANT}' and day > $1::date - 7 group by category, time_of_day`,
  `select date_trunc('month', day), sum(net_sales) from scout.gold_store_days
   where tenant_id = '${TENANT}' and region = '1300000000' and day > $1::date - 90 group by 1`,
  `select store, sum(net_sales) from scout.gold_store_days
   where tenant_id = '${TENANT}' and day > $1::date - 30 group by store order by 2 desc limit 10`,
]

/** Questions that need geometry. */
export const GEOGRAPHIC: readonly string[] = [
  `select region_key, sum(peso_total), st_area(geom) from scout.gold_region_choropleth
   where tenant_id = '${TENANT}' and day > $1::date - 30 group by region_key, geom`,
  `with near as (
     select s.store_id from scout.dim_store s
     where s.tenant_id = '${TENANT}'
       and st_dwithin(st_point(s.longitude, s.latitude)::geography, st_point(121.0, 14.6)::geography, 50000)
   )
   select d.store, sum(d.net_sales) from scout.gold_store_days d join near n on n.store_id = d.store
   where d.tenant_id = '${TENANT}' and d.day > $1::date - 90 group by d.store`,
  `select b.code, sum(d.net_sales) from scout.geo_boundary b
   join scout.geo_place p on p.code = b.code and p.level = 1
   join scout.dim_store s on s.tenant_id = '${TENANT}' and st_contains(b.geom, st_setsrid(st_point(s.longitude, s.latitude), 4326))
   join scout.gold_store_days d on d.tenant_id = '${TENANT}' and d.store = s.store_id and d.day > $1::date - 7
   where b.detail = 'low' group by b.code`,
]

const ROUNDS = 20

/** @returns the 95th percentile of all their times, in milliseconds, after one round to warm up. */
export async function p95(pool: Pool, questions: readonly string[], newestDay: string): Promise<number> {
  const times: number[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    for (const question of questions) {
      const started = performance.now()
      await withTenant(pool, TENANT, tx => tx.query(question, [newestDay]), { readOnly: true })
      if (round > 0) times.push(performance.now() - started)
    }
  }
  times.sort((a, b) => a - b)
  return times[Math.ceil(times.length * 0.95) - 1] ?? Number.NaN
}
