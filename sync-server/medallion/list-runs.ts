import type { TenantId } from '../../app/domain/ids.ts'
import type { Pool } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'

/** A run as a person reads it. */
export interface RunSummary {
  readonly run_id: string
  readonly started_at: string
  readonly status: 'succeeded' | 'failed'
  readonly relations: readonly string[]
  readonly rows: number
  readonly ms: number
  readonly warnings: readonly string[]
  /** From the source to gold, of the sales that came with it; null when none did. */
  readonly latency_p95_ms: number | null
  readonly error: string | null
}

export async function listRuns(pool: Pool, tenantId: TenantId, limit: number): Promise<RunSummary[]> {
  return withTenant(pool, tenantId, async tx => {
    const { rows } = await tx.query(
      `select
         r.run_id,
         to_char(min(r.started_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as started_at,
         min(r.status) as status,
         array_agg(r.model order by r.position) as relations,
         sum(r.rows)::bigint as rows,
         sum(r.ms)::bigint as ms,
         coalesce((
           select array_agg(w.name order by w.name) from scout.medallion_warning w
           where w.tenant_id = $1 and w.run_id = r.run_id), '{}') as warnings,
         (select l.p95_ms from scout.medallion_latency l where l.tenant_id = $1 and l.run_id = r.run_id) as latency_p95_ms,
         min(r.error) as error
       from scout.medallion_run r
       where r.tenant_id = $1
       group by r.run_id
       order by min(r.started_at) desc
       limit $2`,
      [tenantId, limit],
    )
    return rows
  })
}
