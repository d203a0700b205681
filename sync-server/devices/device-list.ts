import { z } from 'zod'
import { type DeviceSummary, deviceSummary } from '../../app/contracts/device.ts'
import type { TenantId } from '../../app/domain/ids.ts'
import type { Pool, Transaction } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'

const instant = z.date().transform(at => at.toISOString())

const row = deviceSummary.extend({
  enrolled_at: instant,
  last_contact_at: instant.nullable(),
  dropped_since: instant.nullable(),
  key_since: instant,
})

export async function listDevices(pool: Pool, tenant: TenantId): Promise<DeviceSummary[]> {
  return withTenant(pool, tenant, tx => readDevices(tx, tenant))
}

/** All devices by name, or the one asked for. */
export async function readDevices(
  tx: Transaction,
  tenant: TenantId,
  only: string | null = null,
): Promise<DeviceSummary[]> {
  const { rows } = await tx.query(
    `select d.device_id, d.name, d.status, d.enrolled_at, d.agent_version, d.last_contact_at, d.backlog, d.outbox_bytes,
       d.outbox_max_bytes, coalesce(d.dropped_sales, 0) as dropped_sales, d.dropped_since, d.clock_offset_ms,
       max(k.added_at) as key_since
     from scout.device d
     join scout.device_key k on k.tenant_id = d.tenant_id and k.device_id = d.device_id and k.first_used_at is not null
     where d.tenant_id = $1 and ($2::text is null or d.device_id = $2)
     group by d.tenant_id, d.device_id
     order by d.name collate "C", d.device_id collate "C"`,
    [tenant, only],
  )
  return rows.map(device => row.parse(device))
}
