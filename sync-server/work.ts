import { setTimeout } from 'node:timers/promises'
import type { LongWork } from '../app/contracts/long-work.ts'
import type { SemanticVersion, TenantId } from '../app/domain/ids.ts'
import { ScoutError } from '../app/errors.ts'
import type { Pool } from './database/pool.ts'
import type { RunScope } from './medallion/plan.ts'
import { type MedallionRequest, type MedallionRun, planMedallion, runMedallion } from './medallion/runner.ts'
import type { BlobStore } from './publishing/blob-store.ts'
import { type PublishOutcome, publish } from './publishing/publish.ts'
import type { SigningKeys } from './publishing/signing-keys.ts'
import { boundaryFiles } from './reference/boundary-files.ts'
import { openPack, packDirectory } from './reference/pack-files.ts'

/** What the long work of a server is done with; the same for jobs, the command line and the first start. */
export interface WorkParts {
  readonly pool: Pool
  readonly blobs: BlobStore
  readonly keys: SigningKeys
  readonly now: () => Date
}

export interface PublishRequest {
  readonly version?: SemanticVersion | undefined
  readonly note?: string
  readonly publishedBy?: string | null
}

const TURN_MS = 200

/**
 * Brings silver, gold and platinum up to date: first what has arrived since the last run, then, one by one, the relations that are due
 * by schedule. Waits for a run of the same tenant that is under way. One of those that fails holds up no other.
 *
 * @param onChange something was written, and stays whatever fails after it
 * @throws ScoutError what the first run that failed threw, after the others
 */
export async function transformTenant(
  parts: Pick<WorkParts, 'pool' | 'now'>,
  tenantId: TenantId,
  work: LongWork,
  onChange: () => void = () => undefined,
): Promise<MedallionRun> {
  const run = await inTurn(parts, { ...work, tenantId, days: 'touched' })
  if (run.models.length > 0) onChange()
  const models = [...run.models]
  const warnings = [...run.warnings]
  const failures = new Map<string, unknown>()
  for (;;) {
    // Each in a transaction of its own: what takes long holds up no reader of what is done.
    const scope = { days: [], scheduled: 'due', atMost: 1, except: new Set(failures.keys()) } as const
    try {
      const due = await inTurn(parts, { ...work, tenantId, ...scope })
      if (due.models.length === 0) break
      onChange()
      models.push(...due.models)
      warnings.push(...due.warnings)
    } catch (error) {
      const relation = work.signal?.aborted ? undefined : await nextDue(parts, tenantId, scope)
      if (relation === undefined || !(error instanceof ScoutError)) throw error
      failures.set(relation, error)
    }
  }
  for (const error of failures.values()) throw error
  return { ...run, models, warnings }
}

async function nextDue(
  { pool, now }: Pick<WorkParts, 'pool' | 'now'>,
  tenantId: TenantId,
  scope: RunScope,
): Promise<string | undefined> {
  const { steps } = await planMedallion({ pool, now, tenantId, ...scope })
  return steps.find(({ model }) => model.refresh.kind !== 'incremental')?.model.relation
}

async function inTurn(
  { pool, now }: Pick<WorkParts, 'pool' | 'now'>,
  request: Omit<MedallionRequest, 'pool' | 'now'>,
): Promise<MedallionRun> {
  for (;;) {
    try {
      return await runMedallion({ ...request, pool, now })
    } catch (error) {
      if (!(error instanceof ScoutError && error.code === 'busy')) throw error
    }
    await setTimeout(TURN_MS, undefined, request.signal === undefined ? {} : { signal: request.signal })
  }
}

export function publishTenant(
  { pool, blobs, keys, now }: WorkParts,
  tenantId: TenantId,
  { version, note = '', publishedBy = null }: PublishRequest,
  work: LongWork,
): Promise<PublishOutcome> {
  return publish({
    ...work,
    pool,
    tenantId,
    blobs,
    keys,
    boundaries: pack => boundaryFiles(openPack(packDirectory(pack))),
    version,
    publishedBy,
    note,
    now,
  })
}
