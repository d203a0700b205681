import { randomUUID } from 'node:crypto'
import type { LongWork } from '../../app/contracts/long-work.ts'
import type { TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool, Transaction } from '../database/pool.ts'
import { fromDatabase } from '../database/postgres-errors.ts'
import { withTenant } from '../database/tenant.ts'
import { readChecks } from './checks.ts'
import type { Model } from './model.ts'
import { type RegisteredModel, registerModels } from './register-models.ts'
import { runCheck } from './run-checks.ts'
import { type ModelRun, recordFailure, recordRun } from './run-log.ts'
import { runModel, slicesOf } from './run-model.ts'
import { refreshStatistics } from './statistics.ts'
import { clearTouchedDays, daysToRedo } from './touched-days.ts'

/*
 * INVARIANTS
 *  1. A run is one transaction over one moment of the tenant's data: readers see all of it or nothing.
 *  2. After it, silver, gold and platinum of the days it redid are what a full rebuild would make of them.
 *  3. A sale that commits while it runs has its note (medallion_touched_day) left for the next run.
 *  4. One run a tenant at a time.
 */

export interface MedallionRequest extends LongWork {
  readonly pool: Pool
  readonly tenantId: TenantId
  /** Business days (`YYYY-MM-DD`), every day, or the days that arrivals have touched since the last run. */
  readonly days: readonly string[] | 'all' | 'touched'
  /** The server's clock. */
  readonly now?: () => Date
}

export interface MedallionRun {
  readonly runId: string
  /** The days that were redone, those included that revisions moved a sale from or to; null is every day. */
  readonly days: readonly string[] | null
  readonly models: readonly ModelRun[]
}

/**
 * Refines a tenant's bronze: silver, gold and platinum of the given days, then the blocking checks.
 * Progress: stage is the relation under way, `done` of `total` relations and checks.
 *
 * @returns what ran; no models when no day was touched.
 * @throws ScoutError `busy` when another run of the tenant is under way, `check_failed` with the check's name and first rows,
 * `cancelled`; in each case nothing of this run stays.
 */
export async function runMedallion(request: MedallionRequest): Promise<MedallionRun> {
  const now = request.now ?? (() => new Date())
  const log: RunLog = { runId: randomUUID(), models: [], stage: 'start', now }
  const startedAt = now()
  try {
    const models = await registerModels(request.pool)
    await refreshStatistics(request.pool, ['scout.bronze_events', ...models.flatMap(model => model.inputs)])
    return await withTenant(request.pool, request.tenantId, tx => refine(tx, request, models, log), {
      repeatableRead: true,
    })
  } catch (error) {
    const failure = fromDatabase(error)
    if (failure.code !== 'busy' && failure.code !== 'cancelled') {
      await withTenant(request.pool, request.tenantId, tx =>
        recordFailure(tx, request.tenantId, { runId: log.runId, stage: log.stage, startedAt, failure }),
      )
    }
    throw failure
  }
}

interface RunLog {
  readonly runId: string
  readonly models: ModelRun[]
  /** The relation or check under way. */
  stage: string
  readonly now: () => Date
}

async function refine(
  tx: Transaction,
  { tenantId, days: asked, signal, onProgress }: MedallionRequest,
  registered: readonly RegisteredModel[],
  log: RunLog,
): Promise<MedallionRun> {
  const { runId } = log
  await takeTurn(tx, tenantId)
  const days = await daysToRedo(tx, tenantId, asked)
  if (days?.length === 0) return { runId, days, models: [] }

  const models = registered.filter(model => isDue(model, asked))
  const checks = readChecks().filter(({ severity }) => severity === 'blocking')
  const total = models.length + checks.length
  const step = (stage: string, position: number) => {
    if (signal?.aborted) throw new ScoutError('cancelled')
    log.stage = stage
    onProgress?.({ stage, done: position, total })
  }
  for (const [position, model] of models.entries()) {
    step(model.relation, position)
    const startedAt = log.now()
    const started = performance.now()
    const rows = await runModel(tx, tenantId, model, await slicesOf(tx, tenantId, model, days), signal)
    const ms = Math.round(performance.now() - started)
    const { relation, inputs, sha256 } = model
    log.models.push({ model: relation, position, startedAt, ms, rows, inputs, sha256 })
  }
  for (const [position, check] of checks.entries()) {
    step(check.name, models.length + position)
    await runCheck(tx, tenantId, check, days)
  }
  // Days asked for by name say nothing about what else was touched.
  if (asked === 'touched' || asked === 'all') await clearTouchedDays(tx, tenantId)
  await recordRun(tx, tenantId, { runId, days, models: log.models })
  step('done', total)
  return { runId, days, models: log.models }
}

/** The lock ends with the transaction; on the embedded engine a session's lock would be everybody's. */
async function takeTurn(tx: Transaction, tenantId: TenantId): Promise<void> {
  const { rows } = await tx.query(
    `select pg_try_advisory_xact_lock(hashtextextended('scout.medallion/' || $1, 0)) as mine`,
    [tenantId],
  )
  if (rows[0]?.mine !== true) throw new ScoutError('busy')
}

/** What is redone whole by schedule is left out of a run of some days. */
function isDue({ refresh: { kind } }: Model, asked: MedallionRequest['days']): boolean {
  return kind === 'incremental' || (asked === 'all' && kind !== 'view')
}
