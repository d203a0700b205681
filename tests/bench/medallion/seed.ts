import { type TenantId, tenantId } from '../../../app/domain/ids.ts'
import type { Pool } from '../../../sync-server/database/pool.ts'
import { readModels } from '../../../sync-server/medallion/models.ts'

export const TENANT: TenantId = tenantId.parse('bench')
/** Relations that are seeded; all others are made from them. */
export const SEEDED: readonly string[] = ['scout.silver_transactions', 'scout.silver_line_items']
const STORES = 1000
const PRODUCTS = 300
const CUSTOMERS = 100_000

/** The first of the days, counted from 0. */
const FIRST_DAY = Date.parse('2023-01-01T00:00:00Z')
export const dayAt = (index: number) => new Date(FIRST_DAY + index * 86_400_000).toISOString().slice(0, 10)

/** A tenant with its stores, over cities and municipalities of the whole country, and products. */
export async function seedTenant(pool: Pool): Promise<void> {
  await pool.query(
    `insert into scout.tenant (tenant_id, name, pack_id, created_at) values ('${TENANT}', 'Bench', 'ph', now());
     insert into scout.dim_store (
       tenant_id, store_id, store_name, channel, latitude, longitude, citymun_psgc, province_psgc, region_psgc, updated_at)
     select '${TENANT}', 'S' || lpad(p.n::text, 4, '0'), 'Store ' || p.n, (array['store', 'market', 'online'])[1 + p.n % 3],
       p.lat, p.lon, p.code, p.province_code, p.region_code, now()
     from (
       select row_number() over (order by g.code) as n, g.* from scout.geo_place g where g.level = 3 and g.lat is not null
     ) p
     where p.n <= ${STORES};
     insert into scout.dim_product (tenant_id, product_id, product_name, category, brand, srp, updated_at)
     select '${TENANT}', 'P' || n, 'Product ' || n, 'C' || n % 8, 'Brand ' || n % 90, 5 + n % 60, now()
     from generate_series(1, ${PRODUCTS}) as n;
     analyze scout.dim_store; analyze scout.dim_product`,
  )
  // Silver is seeded, not refined: no run may find that it was never made, and make it from an empty bronze.
  for (const { relation, sha256 } of readModels()) {
    if (!SEEDED.includes(relation)) continue
    await pool.query(
      `insert into scout.medallion_state (tenant_id, relation, sha256, run_id, ran_at, whole_at)
       values ($1, $2, $3, 'seed', now(), now())`,
      [TENANT, relation, sha256],
    )
  }
}

/** Sales and lines of the days from `from` to before `to`; 1, 2 or 3 lines a sale, every tenth without a price. */
export async function seedDays(
  pool: Pool,
  { from, to, salesADay }: { readonly from: number; readonly to: number; readonly salesADay: number },
): Promise<void> {
  const first = from * salesADay
  const last = to * salesADay - 1
  await pool.query(
    `insert into scout.silver_transactions (
       tenant_id, store_id, transaction_id, device_id, boot_epoch, seq, contract, ts, date_key, time_of_day, channel, customer_id,
       customer_type, total_amount, discount_amount, net_amount, lines_amount, payment_method, item_count, unique_products,
       units_per_transaction, basket_size, peso_value, product_category, handshake_triggered, handshake_score, campaign_influenced,
       region, province, city, quality_score, quality_failed, hour, request_type, request_mode, gender, age_bracket, substituted,
       substitution_from, substitution_to)
     select
       '${TENANT}', s.store_id, 'T' || g.n, 'D', 1, g.n, 'pos.v1',
       (date '2023-01-01' + g.day + make_interval(hours => g.r % 16)) at time zone 'UTC', date '2023-01-01' + g.day,
       (array['morning', 'afternoon', 'evening', 'night'])[1 + g.r % 4], s.channel,
       case when g.r % 5 < 2 then 'c1_' || (g.r * 7919::bigint) % ${CUSTOMERS} end,
       (array['new', 'returning', 'vip', null])[1 + g.r / 8 % 4], g.total, g.discount, g.total - coalesce(g.discount, 0), g.total,
       (array['cash', 'card', 'gcash'])[1 + g.r % 3], g.lines, g.lines, g.lines, g.lines, g.total / g.lines, 'C' || g.r % 8,
       g.r % 10 = 0, (g.r % 100) / 100.0, g.r % 20 = 0, s.region_psgc, s.province_psgc, s.citymun_psgc, 1, '{}', 8 + g.r % 16, (array['branded', 'unbranded', 'unsure'])[1 + g.r % 3],
       (array['verbal', 'pointing'])[1 + g.r % 2], (array['female', 'male', null])[1 + g.r % 3], (array['18-24', '25-34', null])[1 + g.r % 3],
       g.r % 50 = 0, case when g.r % 50 = 0 then 'Product ' || 1 + g.r % 300 end, case when g.r % 50 = 0 then 'Product ' || 1 + g.r % 299 end
     from (
       select h.*, case when h.r % 10 = 3 then null else 10 + h.r % 190 end::numeric as total,
         case when h.r % 6 = 0 then 2.5 end::numeric as discount, 1 + h.r % 3 as lines
       from (
         select n, (n / ${salesADay})::integer as day, abs(hashint8(n)) % 1000003 as r
         from generate_series(${first}::bigint, ${last}::bigint) as n
       ) h
     ) g
     join scout.dim_store s on s.tenant_id = '${TENANT}' and s.store_id = 'S' || lpad((1 + g.r % ${STORES})::text, 4, '0')`,
  )
  await pool.query(
    `insert into scout.silver_line_items (
       tenant_id, store_id, transaction_id, line_no, date_key, product_id, product_name, brand, category, quantity, units,
       unit_price, line_amount, peso_value, region, province, city, product_key)
     select
       t.tenant_id, t.store_id, t.transaction_id, l.line_no, t.date_key, p.product_id, p.product_name, p.brand, p.category, 1, 1,
       t.total_amount / t.item_count, t.total_amount / t.item_count, t.total_amount / t.item_count, t.region, t.province, t.city, p.product_id
     from scout.silver_transactions t
     cross join lateral generate_series(1, t.item_count) as l (line_no)
     join scout.dim_product p
       on p.tenant_id = '${TENANT}' and p.product_id = 'P' || (1 + (t.seq * 31 + l.line_no * 17) % ${PRODUCTS})
     where t.tenant_id = '${TENANT}' and t.date_key >= date '2023-01-01' + ${from} and t.date_key < date '2023-01-01' + ${to}`,
  )
  await pool.query('vacuum analyze scout.silver_transactions')
  await pool.query('vacuum analyze scout.silver_line_items')
}
