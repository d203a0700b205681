import type { Publication } from '../../app/contracts/http.ts'
import type { LongWork } from '../../app/contracts/long-work.ts'
import type { SemanticVersion, TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'
import type { BlobStore } from './blob-store.ts'
import { changedVersions, needsIndex, nextIndex } from './compose-publication.ts'
import { type BoundarySource, draftGeography } from './draft-geography.ts'
import type { DraftDataset } from './draft-manifests.ts'
import { seal } from './envelopes.ts'
import { type PublicationSource, readSource } from './publication-source.ts'
import { listPublications } from './publications.ts'
import { recordPublication } from './record-publication.ts'
import type { SigningKeys } from './signing-keys.ts'
import { ensureTrustRoot } from './trust-root.ts'

/*
 * INVARIANTS
 *  1. What is published was read, and checked, in one snapshot of the database.
 *  2. Every file is durable before the transaction that names it; until that commits, nobody sees anything of it.
 *  3. What did not change keeps its version and its files.
 */

type PublishStage = 'check' | 'read' | 'write' | 'record'

export interface PublishOptions extends LongWork<PublishStage> {
  readonly pool: Pool
  readonly tenantId: TenantId
  readonly blobs: BlobStore
  readonly keys: SigningKeys
  readonly boundaries: BoundarySource
  /** For every dataset whose content changed; the next patch when absent. */
  readonly version?: SemanticVersion | undefined
  readonly publishedBy: string | null
  readonly note: string
  readonly now: () => Date
}

export interface PublishOutcome {
  /** False when nothing had changed: then `publication` is the one that stands. */
  readonly published: boolean
  readonly publication: Publication
}

/**
 * Publishes what changed since the last publication.
 *
 * @throws ScoutError `check_failed`, `nothing_to_publish`, `version_exists`, `root_untrusted`, `busy`, `disk_full`, `cancelled`
 */
export async function publish(options: PublishOptions): Promise<PublishOutcome> {
  const { pool, tenantId, keys, now } = options
  await ensureTrustRoot(pool, tenantId, keys, now())
  const onProgress = options.onProgress ?? (() => undefined)
  let files = 0
  const onFile = () => onProgress({ stage: 'write', done: ++files })
  const source = await withTenant(
    pool,
    tenantId,
    tx => readSource(tx, tenantId, options.blobs, { onProgress, onFile, signal: options.signal }),
    { repeatableRead: true, readOnly: true },
  )
  const drafts = await writeFiles(source, options)
  onProgress({ stage: 'record', done: 0 })
  const at = now()
  const versions = changedVersions(drafts, source.state, options.version, at, keys.manifest)
  const published = needsIndex(source.state, versions, at)
  if (published) {
    const index = nextIndex(tenantId, source.state, versions, at)
    const { publishedBy, note } = options
    const publication = { tenantId, index, sealedIndex: seal(index, keys.index), versions, publishedBy, note }
    await withTenant(pool, tenantId, tx => recordPublication(tx, publication))
  }
  const [publication] = await listPublications(pool, tenantId, 1)
  if (publication === undefined) throw new ScoutError('nothing_to_publish')
  return { published, publication }
}

async function writeFiles(
  { context, geography, facts }: PublicationSource,
  { boundaries, blobs }: PublishOptions,
): Promise<DraftDataset[]> {
  const drafts = [await draftGeography(context, geography, boundaries, blobs)]
  for (const fact of facts) drafts.push(await fact.finish())
  return drafts
}
