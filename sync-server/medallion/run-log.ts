import type { TenantId } from '../../app/domain/ids.ts'
import type { ScoutError } from '../../app/errors.ts'
import type { Transaction } from '../database/pool.ts'
import type { CheckOutcome } from './run-checks.ts'

/** What one model did in a run. */
export interface ModelRun {
  readonly model: string
  readonly position: number
  readonly startedAt: Date
  readonly ms: number
  /** Rows it wrote. */
  readonly rows: number
  readonly inputs: readonly string[]
  /** Of the code that ran. */
  readonly sha256: string
  /** Every row was made anew. */
  readonly whole: boolean
}

export interface RunToRecord {
  readonly runId: string
  readonly startedAt: Date
  readonly endedAt: Date
  readonly days: readonly string[] | null
  readonly models: readonly ModelRun[]
  readonly warnings: readonly CheckOutcome[]
}

/** Lineage: one row a model in `scout.medallion_run`, written with what it wrote. */
export async function recordRun(tx: Transaction, tenantId: TenantId, run: RunToRecord): Promise<void> {
  const { runId, days, models } = run
  await tx.query(
    `insert into scout.medallion_run (
       tenant_id, run_id, model, position, status, started_at, ms, rows, inputs, code_sha256, days)
     select
       $1, $2, m.model, m.position, 'succeeded', m.started_at, m.ms, m.rows, string_to_array(m.inputs, ','), m.sha256,
       case when not m.whole then $3::date[] end
     from unnest(
       $4::text[], $5::integer[], $6::timestamptz[], $7::integer[], $8::bigint[], $9::text[], $10::text[], $11::boolean[]
     ) as m (model, position, started_at, ms, rows, inputs, sha256, whole)
     on conflict (tenant_id, run_id, model) do nothing`,
    [
      tenantId,
      runId,
      days,
      models.map(({ model }) => model),
      models.map(({ position }) => position),
      models.map(({ startedAt }) => startedAt.toISOString()),
      models.map(({ ms }) => ms),
      models.map(({ rows }) => rows),
      models.map(({ inputs }) => inputs.join(',')),
      models.map(({ sha256 }) => sha256),
      models.map(({ whole }) => whole),
    ],
  )
  await recordState(tx, tenantId, run)
  await recordWarnings(tx, tenantId, run)
  if (days !== null && days.length > 0) await recordLatency(tx, tenantId, run)
}

async function recordState(
  tx: Transaction,
  tenantId: TenantId,
  { runId, startedAt, models }: RunToRecord,
): Promise<void> {
  await tx.query(
    `insert into scout.medallion_state as s (tenant_id, relation, sha256, run_id, ran_at, whole_at)
     select $1, m.model, m.sha256, $2, $3::timestamptz, case when m.whole then $3::timestamptz end
     from unnest($4::text[], $5::text[], $6::boolean[]) as m (model, sha256, whole)
     on conflict (tenant_id, relation) do update set
       sha256 = excluded.sha256, run_id = excluded.run_id, ran_at = excluded.ran_at,
       whole_at = coalesce(excluded.whole_at, s.whole_at)`,
    [
      tenantId,
      runId,
      startedAt.toISOString(),
      models.map(({ model }) => model),
      models.map(({ sha256 }) => sha256),
      models.map(({ whole }) => whole),
    ],
  )
}

async function recordWarnings(
  tx: Transaction,
  tenantId: TenantId,
  { runId, endedAt, warnings }: RunToRecord,
): Promise<void> {
  if (warnings.length === 0) return
  await tx.query(
    `insert into scout.medallion_warning (tenant_id, run_id, name, found_at, rows, examples)
     select $1, $2, w.name, $3, w.rows, w.examples::jsonb
     from unnest($4::text[], $5::bigint[], $6::text[]) as w (name, rows, examples)
     on conflict (tenant_id, run_id, name) do nothing`,
    [
      tenantId,
      runId,
      endedAt.toISOString(),
      warnings.map(({ check }) => check.name),
      warnings.map(({ rows }) => rows),
      warnings.map(({ examples }) => JSON.stringify(examples)),
    ],
  )
}

/** From the source to gold: of the sales that stand on these days and were received since the run before this one. */
async function recordLatency(
  tx: Transaction,
  tenantId: TenantId,
  { runId, startedAt, endedAt, days }: RunToRecord,
): Promise<void> {
  await tx.query(
    `with age as (
       select extract(epoch from $4::timestamptz - b.recorded_at) * 1000 + coalesce(b.clock_offset_ms, 0) as ms
       from scout.bronze_events b
       where b.tenant_id = $1 and b.business_day = any ($5::date[]) and b.quarantine_reasons = '{}'
         and b.received_at > coalesce(
           (select max(r.started_at) from scout.medallion_run r
            where r.tenant_id = $1 and r.run_id <> $2 and r.status = 'succeeded' and r.started_at < $3::timestamptz),
           '-infinity')
     )
     insert into scout.medallion_latency (tenant_id, run_id, refined_at, sales, p50_ms, p95_ms, max_ms)
     select
       $1, $2, $4, count(*), percentile_disc(0.5) within group (order by ms), percentile_disc(0.95) within group (order by ms), max(ms)
     from age
     having count(*) > 0
     on conflict (tenant_id, run_id) do nothing`,
    [tenantId, runId, startedAt.toISOString(), endedAt.toISOString(), days],
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
