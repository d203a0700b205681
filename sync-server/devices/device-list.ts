import { z } from 'zod'
import { deviceSummary } from '../../app/contracts/device.ts'
import type { TenantId } from '../../app/domain/ids.ts'
import type { Pool } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'

export type DeviceSummary = z.infer<typeof deviceSummary>

const row = deviceSummary.extend({
  last_contact_at: z
    .date()
    .nullable()
    .transform(at => at?.toISOString() ?? null),
})

export async function listDevices(pool: Pool, tenant: TenantId): Promise<DeviceSummary[]> {
  return withTenant(pool, tenant, async tx => {
    const { rows } = await tx.query(
      `select device_id, name, status, agent_version, last_contact_at, backlog, clock_offset_ms
       from scout.device where tenant_id = $1 order by name collate "C", device_id`,
      [tenant],
    )
    return rows.map(device => row.parse(device))
  })
}
