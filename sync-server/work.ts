import { setTimeout } from 'node:timers/promises'
import type { LongWork } from '../app/contracts/long-work.ts'
import type { SemanticVersion, TenantId } from '../app/domain/ids.ts'
import { ScoutError } from '../app/errors.ts'
import type { Pool } from './database/pool.ts'
import { type MedallionRequest, type MedallionRun, runMedallion } from './medallion/runner.ts'
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
 * by schedule. Waits for a run of the same tenant that is under way.
 */
export async function transformTenant(
  parts: WorkParts,
  tenantId: TenantId,
  work: LongWork,
): Promise<MedallionRun> {
  const run = await inTurn(parts, { ...work, tenantId, days: 'touched' })
  const models = [...run.models]
  const warnings = [...run.warnings]
  for (;;) {
    // Each in a transaction of its own: what takes long holds up no reader of what is done.
    const due = await inTurn(parts, { ...work, tenantId, days: [], scheduled: 'due', atMost: 1 })
    if (due.models.length === 0) return { ...run, models, warnings }
    models.push(...due.models)
    warnings.push(...due.warnings)
  }
}

async function inTurn(
  { pool, now }: WorkParts,
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
