import { DATASET_COLUMNS } from '../../app/contracts/datasets.ts'
import type { Manifest, Partition } from '../../app/contracts/manifest.ts'
import type { Transaction } from '../database/pool.ts'
import type { BoundaryFile } from '../reference/boundary-files.ts'
import type { BlobStore } from './blob-store.ts'
import { type ColumnBuilder, columnBuilder } from './column-builder.ts'
import { type DraftContext, type DraftDataset, draftManifest } from './draft-manifests.ts'
import { encodeParquet } from './parquet.ts'
import { publishSql } from './read-partitions.ts'

export interface Geography {
  readonly places: PlaceColumns
  /** Over the pack's files. */
  readonly packSha256: string
  /** The manifest that stands. */
  readonly present: Manifest | undefined
}

/** Boundary files of a pack, drawn one by one as they are asked for. */
export type BoundarySource = (pack: string) => Iterable<BoundaryFile>

interface PlaceColumns {
  readonly rows: number
  readonly columns: readonly ColumnBuilder[]
}

/** Raise it when the same pack shall give other files. */
const GEOGRAPHY_FORMAT = 1
const ID = 'reference.geography'

export async function readPlaces(tx: Transaction, pack: string): Promise<PlaceColumns> {
  const { rows } = await tx.query({ text: publishSql('places.sql'), values: [pack], rowMode: 'array' })
  const columns = DATASET_COLUMNS[ID].map(columnBuilder)
  const places: unknown[][] = rows
  for (const place of places) for (const [i, builder] of columns.entries()) builder.append(place[i])
  return { rows: places.length, columns }
}

/**
 * The places as one Parquet file and the boundaries as one GeoJSON file a level and detail. Its lineage is the pack itself: one that is
 * published already is not drawn again, which takes seconds, unless a file of it was lost.
 */
export async function draftGeography(
  context: DraftContext,
  { places, packSha256, present }: Geography,
  boundaries: BoundarySource,
  blobs: BlobStore,
): Promise<DraftDataset> {
  const origin = `pack ${packSha256}, format ${GEOGRAPHY_FORMAT}`
  if (present?.lineage.runs.includes(origin) && (await allThere(present.partitions, blobs))) {
    return { id: ID, manifests: [present] }
  }
  const { pack } = context
  const description = {
    id: ID,
    title: pack.title,
    grain: 'One place of the geography pack; boundaries beside it, one file a level and detail.',
    columns: DATASET_COLUMNS[ID],
  } as const
  const partitions = [
    await storePlaces(places, blobs),
    ...(await storeBoundaries(boundaries(pack.pack), blobs)),
  ]
  const manifest = { region: null, runs: [origin], partitions, sample: false, pack }
  return { id: ID, manifests: [draftManifest(context, description, manifest)] }
}

async function allThere(partitions: readonly Partition[], blobs: BlobStore): Promise<boolean> {
  const sizes = await Promise.all(partitions.map(({ sha256 }) => blobs.size(sha256, 'identity')))
  return partitions.every(({ bytes }, i) => sizes[i] === bytes)
}

async function storePlaces(places: PlaceColumns, blobs: BlobStore): Promise<Partition> {
  const parquet = encodeParquet(places.columns, places.rows)
  return {
    sha256: await blobs.put(parquet),
    bytes: parquet.length,
    rows: places.rows,
    format: 'parquet',
    values: { content: 'places' },
    ranges: {},
  }
}

async function storeBoundaries(files: Iterable<BoundaryFile>, blobs: BlobStore): Promise<Partition[]> {
  const partitions: Partition[] = []
  for (const { level, detail, features, bytes } of files) {
    partitions.push({
      sha256: await blobs.put(bytes, { compressed: true }),
      bytes: bytes.length,
      rows: features,
      format: 'geojson',
      values: { content: 'boundaries', level, detail },
      ranges: {},
    })
  }
  return partitions
}
