import { z } from 'zod'
import { DATASET_COLUMNS } from '../../app/contracts/datasets.ts'
import type { Publication } from '../../app/contracts/http.ts'
import type { LongWork } from '../../app/contracts/long-work.ts'
import { type Index, type Manifest, manifest } from '../../app/contracts/manifest.ts'
import { packInfo } from '../../app/domain/geography.ts'
import { DATASET_IDS, type SemanticVersion, type TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool, Transaction } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'
import type { BoundaryFile } from '../reference/boundary-files.ts'
import type { BlobStore } from './blob-store.ts'
import { assertChecks } from './blocking-checks.ts'
import {
  contentKey,
  type DraftContext,
  type DraftDataset,
  draftFacts,
  draftManifest,
} from './draft-manifests.ts'
import { seal } from './envelopes.ts'
import { FACT_DATASETS, type FactDataset } from './fact-datasets.ts'
import { type PlaceColumns, readPlaces, storeGeography } from './geography-partitions.ts'
import { listPublications } from './publications.ts'
import { type PublishedState, readPublishedState } from './published-state.ts'
import { type PartitionColumns, publishSql, readPartitions } from './read-partitions.ts'
import { type NewVersion, recordPublication } from './record-publication.ts'
import type { SigningKeys } from './signing-keys.ts'
import { ensureTrustRoot } from './trust-root.ts'
import { nextVersion } from './versions.ts'

/*
 * INVARIANTS
 *  1. All facts of a publication are read in one snapshot of the database.
 *  2. Every file is durable before the transaction that names it; until that commits, nobody sees anything of it.
 *  3. What did not change keeps its version and its files.
 */

type PublishStage = 'check' | 'read' | 'write' | 'record'

export interface PublishOptions extends LongWork<PublishStage> {
  readonly pool: Pool
  readonly tenantId: TenantId
  readonly blobs: BlobStore
  readonly keys: SigningKeys
  readonly boundaries: (pack: string) => Iterable<BoundaryFile>
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

const INDEX_LIFETIME_MS = 365 * 86_400_000

/**
 * Publishes what changed since the last publication.
 *
 * @throws ScoutError `check_failed`, `nothing_to_publish`, `version_exists`, `busy`, `disk_full`, `cancelled`
 */
export async function publish(options: PublishOptions): Promise<PublishOutcome> {
  const { pool, tenantId, keys, signal, now } = options
  const report: Report = (stage, done, total) =>
    options.onProgress?.(total === undefined ? { stage, done } : { stage, done, total })
  await ensureTrustRoot(pool, tenantId, keys, now())
  report('check', 0)
  const source = await withTenant(pool, tenantId, tx => readSource(tx, tenantId, report, signal), {
    repeatableRead: true,
    readOnly: true,
  })
  const drafts = await writeFiles(source, options, report)
  report('record', 0)
  const publishedAt = now()
  const versions = changedVersions(drafts, source.state, options.version, publishedAt, keys)
  if (versions.length === 0) return { published: false, publication: await newest(pool, tenantId) }
  const index = nextIndex(tenantId, source.state, versions, publishedAt)
  await withTenant(pool, tenantId, tx =>
    recordPublication(tx, {
      tenantId,
      index,
      sealedIndex: seal(index, keys.index),
      versions,
      publishedBy: options.publishedBy,
      note: options.note,
    }),
  )
  return { published: true, publication: await newest(pool, tenantId) }
}

interface Source {
  readonly state: PublishedState
  readonly context: DraftContext
  /** Over the pack's files. */
  readonly packSha256: string
  readonly places: PlaceColumns
  readonly facts: ReadonlyArray<{
    readonly dataset: FactDataset
    readonly partitions: readonly PartitionColumns[]
    readonly runs: readonly string[]
  }>
}

const packRow = packInfo.extend({ is_sample: z.boolean(), content_sha256: z.string() })

type Report = (stage: PublishStage, done: number, total?: number) => void

async function readSource(
  tx: Transaction,
  tenantId: TenantId,
  report: Report,
  signal?: AbortSignal,
): Promise<Source> {
  await assertChecks(tx, tenantId)
  report('read', 0, FACT_DATASETS.length)
  const { rows } = await tx.query(publishSql('pack.sql'), [tenantId])
  if (rows[0] === undefined) throw new ScoutError('not_found', { message: 'There is no such tenant.' })
  const { is_sample: sample, content_sha256: packSha256, ...pack } = packRow.parse(rows[0])
  const facts = []
  for (const dataset of FACT_DATASETS) {
    const partitions = await readPartitions(tx, dataset.select, [tenantId], dataset.columns, signal)
    const { rows: runs } = await tx.query(publishSql('lineage.sql'), [tenantId, dataset.model])
    facts.push({ dataset, partitions, runs: runs.map(run => String(run.run_id)) })
    report('read', facts.length, FACT_DATASETS.length)
  }
  if (facts.every(({ partitions }) => partitions.length === 0)) throw new ScoutError('nothing_to_publish')
  return {
    state: await readPublishedState(tx, tenantId),
    context: { tenantId, pack, sample },
    packSha256,
    places: await readPlaces(tx, pack.pack),
    facts,
  }
}

async function writeFiles(
  source: Source,
  { blobs, boundaries, signal }: PublishOptions,
  report: Report,
): Promise<DraftDataset[]> {
  const total = source.facts.reduce((files, { partitions }) => files + partitions.length, 0)
  let done = 0
  const onFile = () => report('write', ++done, total)
  const drafts = [await draftGeography(source, boundaries, blobs)]
  for (const fact of source.facts) {
    drafts.push(await draftFacts(source.context, fact.dataset, fact, blobs, { signal, onFile }))
  }
  return drafts
}

/** Raise it when the same pack shall give other files. */
const GEOGRAPHY_FORMAT = 1

/** Its lineage is the pack itself. A pack that is published already is not drawn again: that takes seconds. */
async function draftGeography(
  { context, packSha256, places, state }: Source,
  boundaries: PublishOptions['boundaries'],
  blobs: BlobStore,
): Promise<DraftDataset> {
  const id = 'reference.geography'
  const origin = `pack ${packSha256}, format ${GEOGRAPHY_FORMAT}`
  const [present] = state.manifests.get(id) ?? []
  if (present?.lineage.runs.includes(origin)) return { id, manifests: [present] }
  const description = {
    id,
    title: context.pack.title,
    grain: 'One place of the geography pack; boundaries beside it, one file a level and detail.',
    columns: DATASET_COLUMNS[id],
  } as const
  const partitions = await storeGeography(places, () => boundaries(context.pack.pack), blobs)
  const { pack } = context
  return {
    id,
    manifests: [
      draftManifest(context, description, { region: null, runs: [origin], partitions, sample: false, pack }),
    ],
  }
}

function changedVersions(
  drafts: readonly DraftDataset[],
  state: PublishedState,
  asked: SemanticVersion | undefined,
  publishedAt: Date,
  keys: SigningKeys,
): NewVersion[] {
  return drafts.flatMap(({ id, manifests }) => {
    const present = state.index?.datasets.find(dataset => dataset.dataset_id === id)?.version ?? null
    if (present !== null && contentKey(manifests) === contentKey(state.manifests.get(id) ?? [])) return []
    const version = nextVersion(present, asked)
    const sealed = manifests.map(draft => {
      const complete: Manifest = manifest.parse({
        ...draft,
        version,
        published_at: publishedAt.toISOString(),
      })
      return { manifest: complete, sealed: seal(complete, keys.manifest) }
    })
    return [{ datasetId: id, version, manifests: sealed }]
  })
}

function nextIndex(
  tenantId: TenantId,
  state: PublishedState,
  versions: readonly NewVersion[],
  at: Date,
): Index {
  return {
    type: 'index',
    spec_version: 1,
    tenant_id: tenantId,
    sequence: (state.index?.sequence ?? 0) + 1,
    published_at: at.toISOString(),
    expires_at: new Date(at.getTime() + INDEX_LIFETIME_MS).toISOString(),
    datasets: DATASET_IDS.flatMap(id => {
      const changed = versions.find(({ datasetId }) => datasetId === id)
      if (changed === undefined)
        return state.index?.datasets.filter(dataset => dataset.dataset_id === id) ?? []
      const manifests = changed.manifests.map(({ sealed }) => sealed.sha256)
      return [{ dataset_id: id, version: changed.version, manifests }]
    }),
  }
}

async function newest(pool: Pool, tenantId: TenantId): Promise<Publication> {
  const [publication] = await listPublications(pool, tenantId, 1)
  if (publication === undefined) throw new ScoutError('nothing_to_publish')
  return publication
}
