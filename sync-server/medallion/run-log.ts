import type { TenantId } from '../../app/domain/ids.ts'
import type { ScoutError } from '../../app/errors.ts'
import type { Transaction } from '../database/pool.ts'

/** What one model did in a run. */
export interface ModelRun {
  readonly model: string
  readonly position: number
  readonly startedAt: Date
  readonly ms: number
  /** Rows it wrote. */
  readonly rows: number
  readonly inputs: readonly string[]
  /** Of the SQL that ran. */
  readonly sha256: string
}

export interface RunToRecord {
  readonly runId: string
  readonly days: readonly string[] | null
  readonly models: readonly ModelRun[]
}

/** Lineage: one row a model in `scout.medallion_run`, written with what it wrote. */
export async function recordRun(
  tx: Transaction,
  tenantId: TenantId,
  { runId, days, models }: RunToRecord,
): Promise<void> {
  await tx.query(
    `insert into scout.medallion_run (
       tenant_id, run_id, model, position, status, started_at, ms, rows, inputs, code_sha256, days)
     select
       $1, $2, m.model, m.position, 'succeeded', m.started_at, m.ms, m.rows, string_to_array(m.inputs, ','), m.sha256, $3::date[]
     from unnest($4::text[], $5::integer[], $6::timestamptz[], $7::integer[], $8::bigint[], $9::text[], $10::text[])
       as m (model, position, started_at, ms, rows, inputs, sha256)
     on conflict (tenant_id, run_id, model) do nothing`,
    [
      tenantId,
      runId,
      days,
      models.map(run => run.model),
      models.map(run => run.position),
      models.map(run => run.startedAt.toISOString()),
      models.map(run => run.ms),
      models.map(run => run.rows),
      models.map(run => run.inputs.join(',')),
      models.map(run => run.sha256),
    ],
  )
}

/** A failed run leaves only this: where it stopped, and why. */
export async function recordFailure(
  tx: Transaction,
  tenantId: TenantId,
  run: {
    readonly runId: string
    readonly stage: string
    readonly startedAt: Date
    readonly failure: ScoutError
  },
): Promise<void> {
  const { code, message, details, cause } = run.failure
  const error = JSON.stringify({
    code,
    message,
    details,
    cause: cause instanceof Error ? cause.message : undefined,
  })
  await tx.query(
    `insert into scout.medallion_run (
       tenant_id, run_id, model, position, status, started_at, ms, rows, inputs, code_sha256, days, error)
     values ($1, $2, $3, 0, 'failed', $4, 0, 0, '{}', '', null, $5)
     on conflict (tenant_id, run_id, model) do nothing`,
    [tenantId, run.runId, run.stage, run.startedAt.toISOString(), error],
  )
}
