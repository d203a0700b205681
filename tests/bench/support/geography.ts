import { DATASET_COLUMNS } from '../../../app/contracts/datasets.ts'
import type { PackInfo } from '../../../app/domain/geography.ts'
import { columnBuilder } from '../../../sync-server/publishing/column-builder.ts'
import { encodeParquet } from '../../../sync-server/publishing/parquet.ts'
import { boundaryFiles } from '../../../sync-server/reference/boundary-files.ts'
import { openPack, packDirectory, packInfoOf } from '../../../sync-server/reference/pack-files.ts'
import { type PackPlace, readPlaces } from '../../../sync-server/reference/places.ts'
import type { PublishedFile } from './publication.ts'

/** The real geography pack, as publishing would write it. */
export interface BenchGeography {
  readonly pack: PackInfo
  readonly places: readonly PackPlace[]
  /** Cities and municipalities. */
  readonly cities: readonly PackPlace[]
}

const NARROWEST = 3

export function readGeography(): BenchGeography {
  const files = openPack(packDirectory('ph'))
  const places = readPlaces(files)
  return { pack: packInfoOf(files), places, cities: places.filter(place => place.level === NARROWEST) }
}

export function placesFile(places: readonly PackPlace[]): PublishedFile {
  const builders = DATASET_COLUMNS['reference.geography'].map(columnBuilder)
  for (const place of places) {
    const row = [
      place.code,
      place.levelId,
      place.name,
      [...place.aliases, ...place.oldNames, ...place.aliasCodes].join('|'),
      place.parent,
      place.region,
      place.province,
      place.population,
      place.areaSqkm,
      place.incomeClass,
      place.isCity ? 1 : 0,
      place.lon,
      place.lat,
    ]
    for (const [i, builder] of builders.entries()) builder.append(row[i])
  }
  return {
    dataset: 'reference.geography',
    region: null,
    format: 'parquet',
    rows: places.length,
    values: { content: 'places' },
    bytes: encodeParquet(builders, places.length),
  }
}

/** Every level and detail. Takes some seconds. */
export function boundaryPublications(): PublishedFile[] {
  return Array.from(boundaryFiles(openPack(packDirectory('ph'))), file => ({
    dataset: 'reference.geography' as const,
    region: null,
    format: 'geojson' as const,
    rows: file.features,
    values: { content: 'boundaries', level: file.level, detail: file.detail },
    bytes: file.bytes,
  }))
}
