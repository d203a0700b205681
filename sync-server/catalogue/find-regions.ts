import { type PlaceCode, placeCode, type TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'

/**
 * The codes of regions that were named by code or by any of their spellings.
 *
 * @throws ScoutError `request_invalid` that names those that are none
 */
export async function findRegions(
  pool: Pool,
  tenant: TenantId,
  named: readonly string[],
): Promise<PlaceCode[]> {
  const { rows } = await withTenant(pool, tenant, tx =>
    tx.query(
      `select n.named, coalesce(p.code, r.code) as code
       from unnest($1::text[]) with ordinality as n (named, ord)
       left join scout.geo_place p on p.code = n.named and p.level = 1
       left join scout.norm_regions($1::text[]) r on r.ord = n.ord
       order by n.ord`,
      [named],
    ),
  )
  const unknown = rows.filter(row => row.code === null).map(row => row.named)
  if (unknown.length > 0) {
    throw new ScoutError('request_invalid', { message: `There is no region ${unknown.join(', ')}.` })
  }
  return [...new Set(rows.map(row => placeCode.parse(row.code)))]
}
