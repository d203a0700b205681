import { z } from 'zod'
import { type IngestionStatus, ingestionStatus } from '../../app/contracts/ways-back.ts'
import type { TenantId } from '../../app/domain/ids.ts'
import type { Pool } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'

const HOUR_MS = 3_600_000

const row = ingestionStatus.omit({ hours: true, silent_for_s: true }).extend({
  last_batch_at: z.date().nullable(),
})

/** How far behind its sources a tenant's bronze is, over the sales that arrived in the last `hours`. */
export async function readIngestionStatus(
  pool: Pool,
  tenant: TenantId,
  { hours, now }: { readonly hours: number; readonly now: Date },
): Promise<IngestionStatus> {
  return withTenant(pool, tenant, async tx => {
    const { rows } = await tx.query(
      `select
         count(*) as sales,
         percentile_cont(0.5) within group (order by extract(epoch from latency)::double precision) as latency_p50_s,
         percentile_cont(0.95) within group (order by extract(epoch from latency)::double precision) as latency_p95_s,
         (select max(last_contact_at) from scout.device where tenant_id = $1) as last_batch_at,
         (select coalesce(sum(backlog), 0) from scout.device where tenant_id = $1 and status = 'active') as backlog,
         (select count(*) from scout.bronze_quarantine where tenant_id = $1) as quarantined,
         (select count(*) from scout.bronze_refused where tenant_id = $1 and settled_as is null) as dead_letters,
         (select count(distinct day) from scout.medallion_touched_day where tenant_id = $1) as days_to_refine
       from scout.bronze_latency
       where tenant_id = $1 and received_at > $2`,
      [tenant, new Date(now.getTime() - hours * HOUR_MS)],
    )
    const { last_batch_at, ...measured } = row.parse(rows[0])
    return {
      hours,
      ...measured,
      last_batch_at: last_batch_at?.toISOString() ?? null,
      silent_for_s: last_batch_at === null ? null : (now.getTime() - last_batch_at.getTime()) / 1000,
    }
  })
}
