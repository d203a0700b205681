import { isDeepStrictEqual } from 'node:util'
import type { TenantId } from '../../app/domain/ids.ts'
import type { Transaction } from '../database/pool.ts'
import { releaseUnknownStores } from '../quarantine/release-stores.ts'
import { touchDaysOfStores } from './touch-days.ts'
import { type ColumnValues, upsert } from './upsert.ts'

/** What of a store stands in its sales. */
const PLACE = 'store_id, channel, citymun_psgc, province_psgc, region_psgc'

/**
 * Writes stores, finds the place of each by its spelling, lets the sales go that waited for them, and notes the days of those whose sales belong
 * elsewhere now.
 *
 * @param columns with `store_id`, each id once
 * @returns how many have a city that is unknown or ambiguous
 */
export async function writeStores(
  tx: Transaction,
  tenant: TenantId,
  columns: readonly ColumnValues[],
  now: Date,
): Promise<number> {
  const ids = columns.find(({ name }) => name === 'store_id')?.values.map(String) ?? []
  const before = await placesOf(tx, tenant, ids)
  await upsert(tx, tenant, 'dim_store', 'store_id', columns, now)
  await findPlaces(tx, tenant, ids)
  const after = await placesOf(tx, tenant, ids)
  const moved = [...after].filter(([id, place]) => {
    const was = before.get(id)
    return was !== undefined && !isDeepStrictEqual(was, place)
  })
  await touchDaysOfStores(
    tx,
    tenant,
    moved.map(([id]) => id),
  )
  await releaseUnknownStores(tx, tenant, ids)
  return [...after.values()].filter(place => place.citymun_psgc === null).length
}

async function placesOf(
  tx: Transaction,
  tenant: TenantId,
  ids: readonly string[],
): Promise<Map<string, Record<string, unknown>>> {
  const { rows } = await tx.query(
    `select ${PLACE} from scout.dim_store where tenant_id = $1 and store_id = any($2::text[])`,
    [tenant, ids],
  )
  return new Map(rows.map(row => [String(row.store_id), row]))
}

async function findPlaces(tx: Transaction, tenant: TenantId, ids: readonly string[]): Promise<void> {
  const { rows } = await tx.query(
    'select store_id, region, province, city from scout.dim_store where tenant_id = $1 and store_id = any($2::text[])',
    [tenant, ids],
  )
  await tx.query(
    `update scout.dim_store d set
       citymun_psgc = p.code, province_psgc = p.province_code, region_psgc = coalesce(p.region_code, r.code),
       place_match = c.how, place_candidates = c.candidates
     from unnest($2::text[]) with ordinality as s (store_id, ord)
     left join scout.norm_citymuns($5::text[], $4::text[], $3::text[]) c on c.ord = s.ord
     left join scout.norm_regions($3::text[]) r on r.ord = s.ord
     left join scout.geo_place p on p.code = c.code
     where d.tenant_id = $1 and d.store_id = s.store_id`,
    [
      tenant,
      rows.map(row => row.store_id),
      rows.map(row => row.region),
      rows.map(row => row.province),
      rows.map(row => row.city),
    ],
  )
}
