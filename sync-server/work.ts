import { setTimeout } from 'node:timers/promises'
import type { LongWork } from '../app/contracts/long-work.ts'
import type { SemanticVersion, TenantId } from '../app/domain/ids.ts'
import { ScoutError } from '../app/errors.ts'
import type { Pool } from './database/pool.ts'
import { type MedallionRun, runMedallion } from './medallion/runner.ts'
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

/** Brings silver, gold and platinum up to date with what has arrived since the last run. Waits for a run of the same tenant that is under way. */
export async function transformTenant(
  { pool, now }: WorkParts,
  tenantId: TenantId,
  work: LongWork,
): Promise<MedallionRun> {
  for (;;) {
    try {
      return await runMedallion({ ...work, pool, tenantId, days: 'touched', now })
    } catch (error) {
      if (!(error instanceof ScoutError && error.code === 'busy')) throw error
    }
    await setTimeout(TURN_MS, undefined, work.signal === undefined ? {} : { signal: work.signal })
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
