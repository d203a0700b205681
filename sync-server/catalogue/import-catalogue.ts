import { randomUUID } from 'node:crypto'
import type { TenantId } from '../../app/domain/ids.ts'
import type { Pool, Transaction } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'
import { releaseUnknownStores } from '../quarantine/release-stores.ts'

/** A store as its owner writes it down; its place is found by the spelling. */
export interface StoreRow {
  readonly storeId: string
  readonly name: string
  readonly region: string | null
  readonly province?: string | null
  readonly city: string | null
  readonly barangay: string | null
  readonly channel?: string | null
}

interface ProductRow {
  readonly productId: string
  readonly name: string
  readonly brand: string | null
  /** In the owner's words: the pack's vocabulary maps them. */
  readonly category: string | null
}

export interface Catalogue {
  readonly stores: readonly StoreRow[]
  readonly products: readonly ProductRow[]
}

export interface ImportOutcome {
  readonly stores: number
  readonly products: number
  /** Stores whose city is unknown or ambiguous: their sales wait until it is corrected. */
  readonly unplacedStores: number
}

/**
 * Writes master data into a tenant, over what it has of the same ids. Days on which a store sold whose place is another one now are noted, so
 * that the next transform moves its sales.
 */
export async function importCatalogue(
  pool: Pool,
  tenant: TenantId,
  { stores, products }: Catalogue,
  now: Date,
): Promise<ImportOutcome> {
  return withTenant(pool, tenant, async tx => {
    const unplacedStores = stores.length === 0 ? 0 : await writeStores(tx, tenant, stores, now)
    if (products.length > 0) await writeProducts(tx, tenant, products, now)
    return { stores: stores.length, products: products.length, unplacedStores }
  })
}

async function writeStores(
  tx: Transaction,
  tenant: TenantId,
  stores: readonly StoreRow[],
  now: Date,
): Promise<number> {
  const column = (of: (store: StoreRow) => string | null | undefined) =>
    stores.map(store => of(store) ?? null)
  const before = await tx.query('select store_id, citymun_psgc from scout.dim_store where tenant_id = $1', [
    tenant,
  ])
  const { rows } = await tx.query(
    `insert into scout.dim_store (
       tenant_id, store_id, store_name, channel, region, province, city, barangay, citymun_psgc, province_psgc, region_psgc,
       place_match, place_candidates, updated_at
     )
     select
       $1, s.store_id, s.store_name, s.channel, s.region, s.province, s.city, s.barangay, p.code, p.province_code,
       coalesce(p.region_code, r.code), c.how, c.candidates, $2
     from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
       with ordinality as s (store_id, store_name, channel, region, province, city, barangay, ord)
     left join scout.norm_citymuns($8::text[], $7::text[], $6::text[]) c on c.ord = s.ord
     left join scout.norm_regions($6::text[]) r on r.ord = s.ord
     left join scout.geo_place p on p.code = c.code
     on conflict (tenant_id, store_id) do update set
       store_name = excluded.store_name, channel = excluded.channel, region = excluded.region,
       province = excluded.province, city = excluded.city, barangay = excluded.barangay,
       citymun_psgc = excluded.citymun_psgc, province_psgc = excluded.province_psgc, region_psgc = excluded.region_psgc,
       place_match = excluded.place_match, place_candidates = excluded.place_candidates, updated_at = excluded.updated_at
     returning store_id, citymun_psgc`,
    [
      tenant,
      now,
      column(store => store.storeId),
      column(store => store.name),
      column(store => store.channel),
      column(store => store.region),
      column(store => store.province),
      column(store => store.city),
      column(store => store.barangay),
    ],
  )
  const placeBefore = new Map(before.rows.map(row => [row.store_id, row.citymun_psgc]))
  const moved = rows.filter(
    row => placeBefore.has(row.store_id) && placeBefore.get(row.store_id) !== row.citymun_psgc,
  )
  if (moved.length > 0)
    await touchDaysOf(
      tx,
      tenant,
      moved.map(row => String(row.store_id)),
    )
  await releaseUnknownStores(
    tx,
    tenant,
    stores.map(store => store.storeId),
  )
  return rows.filter(row => row.citymun_psgc === null).length
}

async function touchDaysOf(tx: Transaction, tenant: TenantId, stores: readonly string[]): Promise<void> {
  await tx.query(
    `insert into scout.medallion_touched_day (tenant_id, day, touch_id)
     select distinct tenant_id, business_day, $2
     from scout.bronze_events where tenant_id = $1 and store_id = any($3::text[])
     on conflict do nothing`,
    [tenant, randomUUID(), stores],
  )
}

async function writeProducts(
  tx: Transaction,
  tenant: TenantId,
  products: readonly ProductRow[],
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into scout.dim_product
       (tenant_id, product_id, product_name, brand, category, category_raw, updated_at)
     select $1, d.product_id, d.product_name, d.brand, s.code, d.category, $2
     from unnest($3::text[], $4::text[], $5::text[], $6::text[]) as d (product_id, product_name, brand, category)
     join scout.tenant t on t.tenant_id = $1
     left join scout.pack_spelling s
       on s.pack_id = t.pack_id and s.kind = 'category' and s.key = scout.fold(d.category)
     on conflict (tenant_id, product_id) do update set
       product_name = excluded.product_name, brand = excluded.brand, category = excluded.category,
       category_raw = excluded.category_raw, updated_at = excluded.updated_at`,
    [
      tenant,
      now,
      products.map(product => product.productId),
      products.map(product => product.name),
      products.map(product => product.brand),
      products.map(product => product.category),
    ],
  )
}
