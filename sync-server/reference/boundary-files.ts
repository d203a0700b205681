import type { Level } from '../../app/domain/geography.ts'
import { readBoundaries, roundedGeometry } from './boundaries.ts'
import { DETAILS, type Detail, invalid, type PackFiles } from './pack-files.ts'
import { readPlaces } from './places.ts'

/** A published boundary file: GeoJSON that a map reads as it is stored. The same pack gives the same bytes. */
export interface BoundaryFile {
  readonly level: Level
  readonly detail: Detail
  readonly features: number
  readonly bytes: Uint8Array
}

/** About ten metres and about a metre: below what either detail shows. */
const DECIMALS: Readonly<Record<Detail, number>> = { low: 4, medium: 5 }

/**
 * One file per level and detail. A feature's `id` is the ordinal of its place within the level (places ordered by code), which
 * is its position in every array the laptop keeps; its properties are `{code, name, region, province}`.
 */
export function* boundaryFiles(pack: PackFiles): Generator<BoundaryFile> {
  const places = readPlaces(pack)
  for (const [index, level] of pack.manifest.levels.entries()) {
    const byCode = new Map(
      places.filter(place => place.level === index + 1).map(place => [place.code, place]),
    )
    for (const detail of DETAILS) {
      const features = readBoundaries(pack, level, detail).map(({ code, geometry }) => {
        const place = byCode.get(code)
        if (place === undefined) throw invalid(level.boundaries[detail], `${code} is no place of that level`)
        return {
          type: 'Feature',
          id: place.ordinal,
          properties: { code, name: place.name, region: place.region, province: place.province },
          geometry: roundedGeometry(geometry, DECIMALS[detail]),
        }
      })
      const text = `{"type":"FeatureCollection","features":[\n${features.map(f => JSON.stringify(f)).join(',\n')}\n]}\n`
      yield { level: level.level, detail, features: features.length, bytes: new TextEncoder().encode(text) }
    }
  }
}
