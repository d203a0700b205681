import type { LongWork } from '../app/contracts/long-work.ts'
import type { SemanticVersion, TenantId } from '../app/domain/ids.ts'
import type { Pool } from './database/pool.ts'
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

export async function transformTenant(
  _parts: WorkParts,
  _tenantId: TenantId,
  _work: LongWork,
): Promise<object> {
  return {}
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
    check: async () => undefined,
    version,
    publishedBy,
    note,
    now,
  })
}
