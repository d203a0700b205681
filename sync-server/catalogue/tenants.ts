import type { TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool } from '../database/pool.ts'
import { withSystem } from '../database/tenant.ts'

export interface NewTenant {
  readonly tenantId: TenantId
  readonly name: string
  /** Geography pack, such as `ph`. */
  readonly packId: string
  /** All its sales are synthetic. */
  readonly isSample: boolean
}

/**
 * @returns false when the tenant is there already; it stays as it is.
 * @throws ScoutError `request_invalid` when there is no such geography pack.
 */
export async function ensureTenant(pool: Pool, tenant: NewTenant, now: Date): Promise<boolean> {
  return withSystem(pool, async tx => {
    const { rows: packs } = await tx.query('select pack_id from scout.geo_pack order by pack_id')
    const known = packs.map(row => row.pack_id)
    if (!known.includes(tenant.packId)) {
      const message = `There is no geography ${tenant.packId}. There is: ${known.join(', ')}.`
      throw new ScoutError('request_invalid', { message })
    }
    const { rows } = await tx.query(
      `insert into scout.tenant (tenant_id, name, pack_id, is_sample, created_at)
       values ($1, $2, $3, $4, $5) on conflict (tenant_id) do nothing returning tenant_id`,
      [tenant.tenantId, tenant.name, tenant.packId, tenant.isSample, now],
    )
    return rows.length === 1
  })
}

export async function listTenants(pool: Pool): Promise<TenantId[]> {
  return withSystem(pool, async tx => {
    const { rows } = await tx.query('select tenant_id from scout.tenant order by tenant_id')
    return rows.map(row => row.tenant_id)
  })
}
