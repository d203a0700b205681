import { randomUUID } from 'node:crypto'
import type { LongWork } from '../../app/contracts/long-work.ts'
import type { TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool, Transaction } from '../database/pool.ts'
import { fromDatabase } from '../database/postgres-errors.ts'
import { withTenant } from '../database/tenant.ts'
import { type Plan, planRun, type RunScope, type Step } from './plan.ts'
import { holdTables, worthReplacing } from './rebuild.ts'
import { registeredChecks } from './register-checks.ts'
import { type RegisteredModel, registerModels } from './register-models.ts'
import { type CheckOutcome, runChecks } from './run-checks.ts'
import { type ModelRun, recordFailure, recordRun } from './run-log.ts'
import { runModel } from './run-model.ts'
import { refreshStatistics } from './statistics.ts'
import { clearTouchedDays } from './touched-days.ts'

/*
 * INVARIANTS
 *  1. A run is one transaction over one moment of the tenant's data: readers see all of it or nothing.
 *  2. After it, every incremental relation is, in what it redid, what a full rebuild would make of it.
 *  3. A sale that commits while it runs has its note (medallion_touched_day) left for the next run.
 *  4. One run a tenant at a time, whoever starts it: the server, a command, or scout.refresh_gold.
 */

export interface MedallionRequest extends LongWork, RunScope {
  readonly pool: Pool
  readonly tenantId: TenantId
  /** The server's clock. */
  readonly now?: () => Date
  /** From what size on a whole relation is made as a new table (`rebuild.ts`). */
  readonly replaceFromBytes?: number
}

export interface MedallionRun {
  readonly runId: string
  /** The days that were redone, those included that revisions moved a sale from or to; null is every day. */
  readonly days: readonly string[] | null
  readonly models: readonly ModelRun[]
  /** Checks that found something and let it pass. */
  readonly warnings: readonly CheckOutcome[]
}

/**
 * Refines a tenant's bronze: what the plan says, then the checks.
 * Progress: stage is the relation under way, `done` of `total` relations and checks.
 *
 * @returns what ran; no models when there was nothing to do.
 * @throws ScoutError `busy` when another run of the tenant is under way, `check_failed` with the check's name and first rows,
 * `not_found` when there is no such relation, `cancelled`; in each case nothing of this run stays.
 */
export async function runMedallion(request: MedallionRequest): Promise<MedallionRun> {
  const { pool, tenantId } = request
  const now = request.now ?? (() => new Date())
  const log: RunLog = { runId: randomUUID(), startedAt: now(), models: [], stage: 'start' }
  try {
    const models = await registerModels(pool)
    refuseUnknown(models, request.relation)
    await refreshStatistics(pool, ['scout.bronze_events', ...models.flatMap(model => model.inputs)])
    const replaced = await withTenant(pool, tenantId, tx => prepare(tx, request, models, log.startedAt))
    return await withTenant(pool, tenantId, tx => refine(tx, request, models, replaced, log, now), {
      repeatableRead: true,
    })
  } catch (error) {
    const failure = fromDatabase(error)
    if (failure.code !== 'busy' && failure.code !== 'cancelled' && failure.code !== 'not_found') {
      await withTenant(pool, tenantId, tx => recordFailure(tx, tenantId, { ...log, failure }))
    }
    throw failure
  }
}

/** What `runMedallion` would do now. It neither waits for a run under way nor holds one up. */
export async function planMedallion(
  request: Omit<MedallionRequest, keyof LongWork | 'replaceFromBytes'>,
): Promise<Plan> {
  const { pool, tenantId, now = () => new Date() } = request
  const models = await registerModels(pool)
  refuseUnknown(models, request.relation)
  return withTenant(pool, tenantId, tx => planRun(tx, tenantId, models, request, now()), {
    repeatableRead: true,
    readOnly: true,
  })
}

interface RunLog {
  readonly runId: string
  readonly startedAt: Date
  readonly models: ModelRun[]
  /** The relation or check under way. */
  stage: string
}

/**
 * Which tables the run will replace: that must be known, and they held, before it freezes its moment.
 *
 * @throws ScoutError `busy`: at once, instead of waiting for the locks of a run that is under way.
 */
async function prepare(
  tx: Transaction,
  request: MedallionRequest,
  models: readonly RegisteredModel[],
  now: Date,
): Promise<ReadonlySet<string>> {
  const { tenantId, replaceFromBytes } = request
  await takeTurn(tx, tenantId)
  const { steps } = await planRun(tx, tenantId, models, request, now)
  const whole = steps.filter(({ model, slices }) => slices === null && model.refresh.kind !== 'computed')
  return worthReplacing(
    tx,
    tenantId,
    whole.map(({ model }) => model),
    replaceFromBytes,
  )
}

async function refine(
  tx: Transaction,
  request: MedallionRequest,
  registered: readonly RegisteredModel[],
  replaced: ReadonlySet<string>,
  log: RunLog,
  now: () => Date,
): Promise<MedallionRun> {
  const { tenantId, signal, onProgress } = request
  const { runId, startedAt, models } = log
  await holdTables(tx, registered, { replaced })
  await takeTurn(tx, tenantId)
  const { days, steps } = await planRun(tx, tenantId, registered, request, startedAt)
  if (steps.length === 0) return { runId, days, models, warnings: [] }

  const report = (stage: string, done: number, total?: number) => {
    if (signal?.aborted) throw new ScoutError('cancelled')
    log.stage = stage
    onProgress?.({ stage, done, ...(total === undefined ? {} : { total }) })
  }
  for (const [position, step] of steps.entries()) {
    report(step.model.relation, position)
    models.push(await runStep(tx, { tenantId, signal, replaced }, step, position, now()))
  }
  const isWhole = ({ slices, model }: Step) => slices === null && model.refresh.kind === 'incremental'
  const checked = steps.some(isWhole) ? null : days
  const checks = (await registeredChecks(tx)).filter(({ relations }) =>
    steps.some(({ model }) => relations.includes(model.relation)),
  )
  const warnings = await runChecks(tx, tenantId, checks, checked, (check, done) =>
    report(check, steps.length + done, steps.length + checks.length),
  )
  // Days asked for by name, or some relations, say nothing about what else was touched.
  const isEverything = request.relation === undefined && request.only === undefined
  if (typeof request.days === 'string' && isEverything) await clearTouchedDays(tx, tenantId)
  await recordRun(tx, tenantId, { runId, startedAt, endedAt: now(), days, models, warnings })
  report('done', steps.length + checks.length, steps.length + checks.length)
  return { runId, days, models, warnings }
}

/** The lock ends with the transaction; on the embedded engine a session's lock would be everybody's. */
async function takeTurn(tx: Transaction, tenantId: TenantId): Promise<void> {
  const { rows } = await tx.query(
    `select pg_try_advisory_xact_lock(hashtextextended('scout.medallion/' || $1, 0)) as mine`,
    [tenantId],
  )
  if (rows[0]?.mine !== true) throw new ScoutError('busy')
}

async function runStep(
  tx: Transaction,
  run: { tenantId: TenantId; signal: AbortSignal | undefined; replaced: ReadonlySet<string> },
  { model, slices }: Step,
  position: number,
  startedAt: Date,
): Promise<ModelRun> {
  const started = performance.now()
  const rows = await runModel(tx, run.tenantId, model, slices, run)
  const { relation, inputs, sha256 } = model
  const ms = Math.round(performance.now() - started)
  return { model: relation, position, startedAt, ms, rows, inputs, sha256, whole: slices === null }
}

function refuseUnknown(models: readonly RegisteredModel[], relation: string | undefined): void {
  if (relation === undefined || models.some(model => model.relation === relation)) return
  throw new ScoutError('not_found', {
    message: `There is no transform of ${relation}. There are: ${models.map(model => model.relation).join(', ')}.`,
  })
}
