import type { TenantId } from '../../app/domain/ids.ts'
import type { Pool, Transaction } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'
import type { Plan, Reason, Step } from './plan.ts'
import { parameterCount } from './statements.ts'

/** A plan as a person reads it. */
export interface PlanDescription {
  readonly days: readonly string[] | null
  readonly steps: readonly {
    readonly relation: string
    readonly kind: string
    readonly reason: Reason
    readonly slice: string | null
    readonly slices: readonly string[] | null
    /** By the planner's statistics. */
    readonly estimated_rows: number
  }[]
}

export async function describePlan(
  pool: Pool,
  tenantId: TenantId,
  { days, steps }: Plan,
): Promise<PlanDescription> {
  return withTenant(
    pool,
    tenantId,
    async tx => {
      const described: PlanDescription['steps'][number][] = []
      for (const step of steps) {
        const { model, slices, reason } = step
        const { relation, refresh } = model
        described.push({
          relation,
          kind: refresh.kind,
          reason,
          slice: refresh.kind === 'incremental' ? refresh.slice : null,
          slices,
          estimated_rows: await estimatedRows(tx, tenantId, step),
        })
      }
      return { days, steps: described }
    },
    { readOnly: true },
  )
}

async function estimatedRows(tx: Transaction, tenantId: TenantId, { model, slices }: Step): Promise<number> {
  const { rows } = await tx.query(
    `explain (format json) ${model.select}`,
    [tenantId, slices].slice(0, parameterCount(model.select)),
  )
  return Math.round(rows[0]?.['QUERY PLAN'][0].Plan['Plan Rows'])
}
