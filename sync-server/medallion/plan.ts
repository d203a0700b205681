import type { TenantId } from '../../app/domain/ids.ts'
import type { Transaction } from '../database/pool.ts'
import { type Model, SCHEDULE_HOURS } from './model.ts'
import { withDependents } from './models.ts'
import type { RegisteredModel } from './register-models.ts'
import { type Slices, slicesOf } from './run-model.ts'
import { daysToRedo } from './touched-days.ts'

/** What a run is asked for. */
export interface RunScope {
  /** Business days (`YYYY-MM-DD`), every day, or the days that arrivals have touched since the last run. */
  readonly days: readonly string[] | 'all' | 'touched'
  /** Relations that are redone whole: none of them, those that are due, or all. `all` when every day is asked for, else none. */
  readonly scheduled?: 'none' | 'due' | 'all'
  /** Only this relation and what depends on it. */
  readonly relation?: string | undefined
  /** Only these relations, and nothing that depends on them. */
  readonly only?: readonly string[]
  /** Of the relations that their schedule makes due, so many at most. */
  readonly atMost?: number
  /** Not these, though their schedule says so. */
  readonly except?: ReadonlySet<string>
}

/** Why a relation is redone. */
export type Reason =
  /** It was asked for by name, or everything was. */
  | 'asked'
  /** Sales arrived for these days. */
  | 'touched'
  /** The tenant has other relations, but not yet this one. */
  | 'new'
  | 'code changed'
  /** Something it reads is redone whole. */
  | 'input redone'
  /** Its schedule says so, and data came since. */
  | 'due'

export interface Step {
  readonly model: RegisteredModel
  /** Null is all of them. */
  readonly slices: Slices
  readonly reason: Reason
}

export interface Plan {
  /** The business days that are redone; null is every day. */
  readonly days: readonly string[] | null
  /** Relations in the order in which they run. */
  readonly steps: readonly Step[]
}

/** What a run would do now. */
export async function planRun(
  tx: Transaction,
  tenantId: TenantId,
  models: readonly RegisteredModel[],
  scope: RunScope,
  now: Date,
): Promise<Plan> {
  const state = await readState(tx, tenantId)
  const days = scope.days === 'all' ? null : await daysToRedo(tx, tenantId, scope.days)
  const chosen = scope.relation === undefined ? null : withDependents(models, [scope.relation])
  const changed = changedReasons(models, state)
  const whole = withDependents(models, changed.keys())
  const steps: Step[] = []
  let scheduledLeft = scope.atMost ?? Number.POSITIVE_INFINITY
  for (const model of models) {
    const { relation, refresh } = model
    const isRefitted =
      refresh.kind === 'incremental' && steps.some(step => step.model.relation === refresh.fit)
    if (refresh.kind === 'view' || (chosen !== null && !chosen.has(relation) && !isRefitted)) continue
    if (scope.only !== undefined && !scope.only.includes(relation)) continue
    if (refresh.kind !== 'incremental') {
      const reason = scheduledReason(model, scope, { models, state, changed, now })
      if (reason !== null && !scope.except?.has(relation) && scheduledLeft-- > 0)
        steps.push({ model, slices: null, reason })
    } else if (days === null) {
      steps.push({ model, slices: null, reason: 'asked' })
    } else if (whole.has(relation) || isRefitted) {
      steps.push({ model, slices: null, reason: changed.get(relation) ?? 'input redone' })
    } else if (days.length > 0) {
      const reason = scope.days === 'touched' ? 'touched' : 'asked'
      steps.push({ model, slices: await slicesOf(tx, tenantId, model, days), reason })
    }
  }
  return { days, steps }
}

interface RelationState {
  readonly sha256: string
  readonly ranAt: number
  /** When last every row was made anew, or 0. */
  readonly wholeAt: number
}

interface TenantState {
  /** Nothing was ever refined: the touched days are all there is. */
  readonly isNew: boolean
  readonly relations: ReadonlyMap<string, RelationState>
}

async function readState(tx: Transaction, tenantId: TenantId): Promise<TenantState> {
  const { rows } = await tx.query(
    'select relation, sha256, ran_at, whole_at from scout.medallion_state where tenant_id = $1',
    [tenantId],
  )
  const { rows: runs } = await tx.query(
    `select 1 from scout.medallion_run where tenant_id = $1 and status = 'succeeded' limit 1`,
    [tenantId],
  )
  return {
    isNew: runs.length === 0,
    relations: new Map(
      rows.map(({ relation, sha256, ran_at, whole_at }) => [
        String(relation),
        { sha256: String(sha256), ranAt: ran_at.getTime(), wholeAt: whole_at?.getTime() ?? 0 },
      ]),
    ),
  }
}

/** The models whose rows were made by other code than theirs, or not at all. */
function changedReasons(
  models: readonly Model[],
  { isNew, relations }: TenantState,
): Map<string, 'new' | 'code changed'> {
  const changed = new Map<string, 'new' | 'code changed'>()
  if (isNew) return changed
  for (const { relation, refresh, sha256 } of models) {
    if (refresh.kind === 'view') continue
    const known = relations.get(relation)
    if (known === undefined) changed.set(relation, 'new')
    else if (known.sha256 !== sha256) changed.set(relation, 'code changed')
  }
  return changed
}

const HOUR_MS = 3_600_000

/** Why a relation that is redone by schedule runs now; null when it does not. The same data give the same rows: without new data it never runs. */
function scheduledReason(
  { relation, refresh, inputs }: Model,
  { days, relation: asked, scheduled = days === 'all' || asked !== undefined ? 'all' : 'none' }: RunScope,
  known: {
    readonly models: readonly Model[]
    readonly state: TenantState
    readonly changed: ReadonlyMap<string, 'new' | 'code changed'>
    readonly now: Date
  },
): Reason | null {
  if (refresh.kind !== 'windowed' && refresh.kind !== 'computed') return null
  if (scheduled !== 'due') return scheduled === 'all' ? 'asked' : null
  const { models, state, changed, now } = known
  if (state.isNew) return null
  const reason = changed.get(relation)
  if (reason !== undefined) return reason
  const ranAt = state.relations.get(relation)?.ranAt ?? 0
  const arrivals = models.filter(model => model.refresh.kind === 'incremental')
  const stateOf = (model: Model) => state.relations.get(model.relation)
  if (arrivals.some(model => inputs.includes(model.relation) && (stateOf(model)?.wholeAt ?? 0) > ranAt))
    return 'input redone'
  const hasNews = arrivals.some(model => (stateOf(model)?.ranAt ?? 0) > ranAt)
  return hasNews && now.getTime() - ranAt >= SCHEDULE_HOURS[refresh.schedule] * HOUR_MS ? 'due' : null
}
