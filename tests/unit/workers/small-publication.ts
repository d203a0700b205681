import { DATASET_COLUMNS } from '../../../app/contracts/datasets.ts'
import type { PackInfo } from '../../../app/domain/geography.ts'
import type { DatasetId } from '../../../app/domain/ids.ts'
import { columnBuilder } from '../../../sync-server/publishing/column-builder.ts'
import { encodeParquet } from '../../../sync-server/publishing/parquet.ts'
import { Publication, type PublicationOptions, type PublishedFile } from '../../bench/support/publication.ts'

/** A country of two regions, three provinces and five cities; one city lies in no province. */
export const PLACES = [
  ['R1', 'region', 'North', null, 'R1', null, 1000],
  ['R2', 'region', 'South', null, 'R2', null, 2000],
  ['R1P1', 'province', 'Upper', 'R1', 'R1', 'R1P1', 600],
  ['R1P2', 'province', 'Lower', 'R1', 'R1', 'R1P2', 400],
  ['R2P1', 'province', 'Isle', 'R2', 'R2', 'R2P1', 1500],
  ['R1P1C1', 'city', 'Ash', 'R1P1', 'R1', 'R1P1', 500],
  ['R1P1C2', 'city', 'Birch', 'R1P1', 'R1', 'R1P1', 100],
  ['R1P2C1', 'city', 'Cedar', 'R1P2', 'R1', 'R1P2', 400],
  ['R2P1C1', 'city', 'Date', 'R2P1', 'R2', 'R2P1', 1500],
  ['R2X1', 'city', 'Elm', 'R2', 'R2', null, null],
] as const

const PACK: PackInfo = {
  pack: 'test',
  title: 'Test',
  vintage: '2026',
  currency: { code: 'PHP', symbol: '₱' },
  timeZone: 'Asia/Manila',
  locale: 'en',
  populationYear: 2020,
  attribution: 'nobody',
  levels: {
    region: { one: 'Region', many: 'Regions' },
    province: { one: 'Province', many: 'Provinces' },
    city: { one: 'City', many: 'Cities' },
  },
  bounds: [0, 0, 1, 1],
}

/** Rows in the dataset's column order, as a partition of it. */
export function partitionOf(
  dataset: DatasetId,
  region: string | null,
  rows: readonly (readonly unknown[])[],
  values: Record<string, string> = { month: '2025-01' },
): PublishedFile {
  const builders = DATASET_COLUMNS[dataset].map(columnBuilder)
  for (const row of rows) for (const [i, builder] of builders.entries()) builder.append(row[i])
  return {
    dataset,
    region,
    format: 'parquet',
    rows: rows.length,
    values,
    bytes: encodeParquet(builders, rows.length),
  }
}

export function placesPartition(): PublishedFile {
  const rows = PLACES.map(([code, level, name, parent, region, province, population]) => [
    code,
    level,
    name,
    `${name} Town|Old ${name}`,
    parent,
    region,
    province,
    population,
    1.5,
    null,
    level === 'city' ? 1 : 0,
    0,
    0,
  ])
  return partitionOf('reference.geography', null, rows, { content: 'places' })
}

/** One sale in each of two regions. `amount` makes one version differ from another. */
export function smallFiles(amount = 10): PublishedFile[] {
  const sale = (place: string, net: number) => [
    place,
    20_000,
    'morning',
    'counter',
    null,
    'Snacks',
    1,
    1,
    net,
    2,
  ]
  return [
    placesPartition(),
    partitionOf('gold.sales_cube', 'R1', [sale('R1P1C1', amount)]),
    partitionOf('gold.sales_cube', 'R2', [sale('R2P1C1', 5)]),
  ]
}

export function smallPublication(options: PublicationOptions = {}, amount?: number): Promise<Publication> {
  return Publication.of(smallFiles(amount), { pack: PACK, ...options })
}
