import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Column, DatasetWarning, Manifest, Partition } from '../../app/contracts/manifest.ts'
import { canonicalJson } from '../../app/domain/canonical-json.ts'
import type { PackInfo } from '../../app/domain/geography.ts'
import { type DatasetId, type PlaceCode, placeCode, type TenantId } from '../../app/domain/ids.ts'
import type { CheckOutcome } from '../medallion/run-checks.ts'
import type { BlobStore } from './blob-store.ts'
import { sha256Of } from './envelopes.ts'
import type { FactDataset } from './fact-datasets.ts'
import { encodeParquet } from './parquet.ts'
import type { PartitionColumns } from './read-partitions.ts'

/** A manifest before it is known whether its dataset gets a new version. */
export type DraftManifest = Omit<Manifest, 'version' | 'published_at'>

export interface DraftDataset {
  readonly id: DatasetId
  readonly manifests: readonly DraftManifest[]
}

export interface DraftContext {
  readonly tenantId: TenantId
  readonly pack: PackInfo
  /** The tenant's sales are synthetic. */
  readonly sample: boolean
}

export interface DraftDescription {
  readonly id: DatasetId
  readonly title: string
  readonly grain: string
  readonly columns: readonly Column[]
}

export function draftManifest(
  context: DraftContext,
  dataset: DraftDescription,
  of: {
    region: PlaceCode | null
    runs: readonly string[]
    partitions: Partition[]
    sample: boolean
    pack: PackInfo | null
    warnings?: readonly DatasetWarning[]
  },
): DraftManifest {
  return {
    type: 'manifest',
    spec_version: 1,
    tenant_id: context.tenantId,
    dataset_id: dataset.id,
    region: of.region,
    title: dataset.title,
    grain: dataset.grain,
    columns: [...dataset.columns],
    schema_sha256: sha256Of(canonicalJson(dataset.columns)),
    geography_vintage: context.pack.vintage,
    lineage: { runs: [...of.runs] },
    ...(of.warnings === undefined || of.warnings.length === 0 ? {} : { warnings: [...of.warnings] }),
    sample: of.sample,
    pack: of.pack,
    partitions: of.partitions,
  }
}

/** So many wait for the disk together: each is synced by itself. */
const FILES_AT_ONCE = 8

/** Rows of a dataset that are held at most, and those of one partition: files are made of them before more is read. */
export const HELD_ROWS = 200_000

export interface FactDraft {
  readonly isEmpty: boolean
  /** Stores what is still held, and drafts one manifest a region. */
  finish(): Promise<DraftDataset>
}

/**
 * Takes the partitions of a dataset of facts, and encodes and stores them as soon as they are too many to be held; what is few enough waits for
 * `finish`, so that the transaction that it is read in need not wait for it. `onFile` hears of every file written.
 */
export async function draftFacts(
  context: DraftContext,
  dataset: FactDataset,
  read: {
    readonly partitions: AsyncIterable<PartitionColumns>
    readonly runs: readonly string[]
    readonly warnings: readonly CheckOutcome[]
  },
  blobs: BlobStore,
  work: { readonly signal?: AbortSignal | undefined; readonly onFile: () => void },
): Promise<FactDraft> {
  const byRegion = new Map<string, Partition[]>()
  const held: PartitionColumns[] = []
  let rows = 0
  async function storeHeld(): Promise<void> {
    while (held.length > 0) {
      // Encoding holds the thread: requests get their turn in between.
      await nextTurn()
      work.signal?.throwIfAborted()
      const sources = held.splice(0, FILES_AT_ONCE)
      const stored = await Promise.all(sources.map(source => storePartition(dataset, source, blobs)))
      for (const [i, { region }] of sources.entries()) {
        byRegion.set(region, [...(byRegion.get(region) ?? []), ...stored.slice(i, i + 1)])
        work.onFile()
      }
    }
    rows = 0
  }
  for await (const partition of read.partitions) {
    held.push(partition)
    rows += partition.rows
    if (rows >= HELD_ROWS) await storeHeld()
  }
  return {
    isEmpty: held.length === 0 && byRegion.size === 0,
    async finish() {
      await storeHeld()
      return {
        id: dataset.id,
        manifests: [...byRegion].map(([region, partitions]) =>
          draftManifest(context, dataset, {
            region: placeCode.parse(region),
            runs: read.runs,
            partitions,
            sample: context.sample,
            pack: null,
            warnings: warningsFor(region, read.warnings),
          }),
        ),
      }
    },
  }
}

/** A check that tells regions apart says nothing in one that it found in order. */
function warningsFor(region: string, warnings: readonly CheckOutcome[]): DatasetWarning[] {
  return warnings.flatMap(({ check: { name, promise }, byRegion }): DatasetWarning[] => {
    if (byRegion === null) return [{ check: name, promise, rows: null }]
    const rows = byRegion.get(region)
    return rows === undefined ? [] : [{ check: name, promise, rows }]
  })
}

async function storePartition(
  dataset: FactDataset,
  source: PartitionColumns,
  blobs: BlobStore,
): Promise<Partition> {
  const parquet = encodeParquet(source.columns, source.rows)
  const ranged = source.columns.filter(builder => dataset.ranged.includes(builder.column.name))
  return {
    sha256: await blobs.put(parquet),
    bytes: parquet.length,
    rows: source.rows,
    format: 'parquet',
    values: { [dataset.partitionedBy]: source.period },
    ranges: Object.fromEntries(ranged.map(builder => [builder.column.name, builder.range()])),
  }
}

/** What makes a dataset's content: everything in its manifests but the version, when, by which runs, and how many rows a warning counts. */
export function contentKey(manifests: ReadonlyArray<DraftManifest | Manifest>): string {
  const contents = manifests.map(manifest =>
    canonicalJson({
      ...manifest,
      version: null,
      published_at: null,
      lineage: null,
      warnings: namesOf(manifest),
    }),
  )
  return sha256Of(contents.sort().join('\n'))
}

function namesOf({ warnings = [] }: DraftManifest | Manifest): string[] {
  return warnings.map(({ check }) => check)
}
