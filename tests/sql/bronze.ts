import { createHash, randomUUID } from 'node:crypto'
import { canonicalJson, SALE_INSTANTS } from '../../app/domain/canonical-json.ts'
import { type TenantId, tenantId } from '../../app/domain/ids.ts'
import type { Pool } from '../../sync-server/database/pool.ts'
import { withSystem, withTenant } from '../../sync-server/database/tenant.ts'
import type { Model } from '../../sync-server/medallion/model.ts'
import { readModels } from '../../sync-server/medallion/models.ts'

/** Rows as ingestion writes them, for tests of what comes after it. */

let tenants = 0

/** A tenant of its own is a clean slate in a database that is shared. */
export async function newTenant(pool: Pool, name = `t${++tenants}`): Promise<TenantId> {
  const id = tenantId.parse(name)
  await withSystem(pool, tx =>
    tx.query(`insert into scout.tenant (tenant_id, name, pack_id, created_at) values ($1, $1, 'ph', now())`, [
      id,
    ]),
  )
  return id
}

export interface TestStore {
  readonly storeId: string
  readonly city: string
  readonly region: string
}

export async function addStores(pool: Pool, tenant: TenantId, stores: readonly TestStore[]): Promise<void> {
  await withTenant(pool, tenant, tx =>
    tx.query(
      `insert into scout.dim_store (
         tenant_id, store_id, store_name, channel, city, region, citymun_psgc, province_psgc, region_psgc, updated_at)
       select $1, s.store_id, s.store_id, 'store', s.city, s.region, c.code, p.province_code, p.region_code, now()
       from unnest($2::text[], $3::text[], $4::text[]) with ordinality as s (store_id, city, region, ord)
       join scout.norm_citymuns($3::text[], array_fill(null::text, array[cardinality($3::text[])]), $4::text[]) c on c.ord = s.ord
       left join scout.geo_place p on p.code = c.code
       returning 1`,
      [tenant, stores.map(s => s.storeId), stores.map(s => s.city), stores.map(s => s.region)],
    ),
  )
}

export interface Arrival {
  readonly contract: 'pos.v1' | 'edge.v1' | 'flat.v1'
  readonly sale: Readonly<Record<string, unknown>>
  readonly storeId: string
  readonly transactionId: string
  /** ISO 8601 with a zone. */
  readonly at: string
  readonly revisedAt?: string
  readonly voided?: boolean
  readonly reasons?: readonly string[]
  readonly bootEpoch?: number
}

const sequence = new Map<string, number>()

/** Stores arrivals and notes the days of the clean ones, in one transaction. A version that is there already is left out. */
export async function arrive(pool: Pool, tenant: TenantId, arrivals: readonly Arrival[]): Promise<void> {
  const first = (sequence.get(tenant) ?? 0) + 1
  sequence.set(tenant, first + arrivals.length)
  const json = arrivals.map(({ sale }) => JSON.stringify(sale))
  await withTenant(pool, tenant, async tx => {
    await tx.query(
      `insert into scout.bronze_events (
         tenant_id, device_id, boot_epoch, seq, contract, event_data, event_hash, store_id, transaction_id, occurred_at, business_day,
         recorded_at, sent_at, received_at, revised_at, voided, quarantine_reasons)
       select
         $1, 'device', a.boot_epoch, $2 + a.ord, a.contract, a.sale::jsonb, a.hash, a.store_id, a.transaction_id, a.at,
         (a.at at time zone 'Asia/Manila')::date, a.at, a.at, a.at, a.revised_at, a.voided, string_to_array(a.reasons, ',')
       from unnest(
         $3::integer[], $4::text[], $5::text[], $6::bytea[], $7::text[], $8::text[], $9::timestamptz[], $10::timestamptz[], $11::boolean[], $12::text[]
       ) with ordinality as a (boot_epoch, contract, sale, hash, store_id, transaction_id, at, revised_at, voided, reasons, ord)
       on conflict do nothing
       returning 1`,
      [
        tenant,
        first,
        arrivals.map(a => a.bootEpoch ?? 1),
        arrivals.map(a => a.contract),
        json,
        arrivals.map(({ sale }) => createHash('sha256').update(canonicalJson(sale, SALE_INSTANTS)).digest()),
        arrivals.map(a => a.storeId),
        arrivals.map(a => a.transactionId),
        arrivals.map(a => a.at),
        arrivals.map(a => a.revisedAt ?? null),
        arrivals.map(a => a.voided ?? false),
        arrivals.map(a => (a.reasons ?? []).join(',')),
      ],
    )
    await tx.query(
      `insert into scout.medallion_touched_day (tenant_id, day, touch_id)
       select distinct $1, (at at time zone 'Asia/Manila')::date, $2 from unnest($3::timestamptz[]) as at
       on conflict do nothing`,
      [tenant, randomUUID(), arrivals.map(a => a.at)],
    )
  })
}

/** All rows of the refined layers of a tenant, relation by relation, in an order of their own, as text that can be compared. */
export async function refined(
  pool: Pool,
  tenant: TenantId,
  kinds: readonly Model['refresh']['kind'][] = ['incremental'],
): Promise<Record<string, string[]>> {
  const relations = readModels().filter(({ refresh }) => kinds.includes(refresh.kind))
  return withTenant(pool, tenant, async tx => {
    const all: Record<string, string[]> = {}
    for (const { relation } of relations) {
      const { rows } = await tx.query(
        `select to_jsonb(r)::text as row from ${relation} r where tenant_id = $1 order by 1`,
        [tenant],
      )
      all[relation.slice('scout.'.length)] = rows.map(({ row }) => String(row))
    }
    return all
  })
}
