import { DATASET_COLUMNS } from '../../app/contracts/datasets.ts'
import type { Partition } from '../../app/contracts/manifest.ts'
import type { Transaction } from '../database/pool.ts'
import type { BoundaryFile } from '../reference/boundary-files.ts'
import type { BlobStore } from './blob-store.ts'
import { type ColumnBuilder, columnBuilder } from './column-builder.ts'
import { encodeParquet } from './parquet.ts'
import { publishSql } from './read-partitions.ts'

export interface PlaceColumns {
  readonly rows: number
  readonly columns: readonly ColumnBuilder[]
}

export async function readPlaces(tx: Transaction, pack: string): Promise<PlaceColumns> {
  const { rows } = await tx.query({ text: publishSql('places.sql'), values: [pack], rowMode: 'array' })
  const columns = DATASET_COLUMNS['reference.geography'].map(columnBuilder)
  const places: unknown[][] = rows
  for (const place of places) for (const [i, builder] of columns.entries()) builder.append(place[i])
  return { rows: places.length, columns }
}

/** Stores the places as one Parquet file and the boundaries as one GeoJSON file a level and detail. */
export async function storeGeography(
  places: PlaceColumns,
  boundaries: () => Iterable<BoundaryFile>,
  blobs: BlobStore,
): Promise<Partition[]> {
  const parquet = encodeParquet(places.columns, places.rows)
  const partitions: Partition[] = [
    {
      sha256: await blobs.put(parquet),
      bytes: parquet.length,
      rows: places.rows,
      format: 'parquet',
      values: { content: 'places' },
      ranges: {},
    },
  ]
  for (const file of boundaries()) {
    partitions.push({
      sha256: await blobs.put(file.bytes, { compressed: true }),
      bytes: file.bytes.length,
      rows: file.features,
      format: 'geojson',
      values: { content: 'boundaries', level: file.level, detail: file.detail },
      ranges: {},
    })
  }
  return partitions
}
