import { ALIAS_SEPARATOR } from '../../app/contracts/datasets.ts'
import type { Catalogue } from '../../app/contracts/worker.ts'
import { LEVELS, level, type Place } from '../../app/domain/geography.ts'
import { type PlaceCode, placeCode } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import { type ParquetReader, readBatches } from './arrow-columns.ts'

/** Raised with any change of `Place`. */
export const PLACES_LAYOUT = 'places1'

export function packPlaces(places: Catalogue['places']): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(places))
}

/** Null when the file is not whole. */
export function unpackPlaces(file: Uint8Array): Catalogue['places'] | null {
  try {
    return JSON.parse(new TextDecoder().decode(file)) as Catalogue['places']
  } catch {
    return null
  }
}

/** The places of a geography partition, by level and sorted by code: a few thousand rows, read one by one. */
export function readPlaces(read: ParquetReader, parquet: Uint8Array): Catalogue['places'] {
  const places: Record<string, Place[]> = Object.fromEntries(LEVELS.map(name => [name, []]))
  for (const batch of readBatches(read, parquet)) {
    for (let row = 0; row < batch.numRows; row++) {
      const place = toPlace(name => batch.getChild(name)?.get(row))
      places[place.level]?.push(place)
    }
  }
  for (const ofLevel of Object.values(places)) ofLevel.sort((a, b) => (a.code < b.code ? -1 : 1))
  const { region = [], province = [], city = [] } = places
  return { region, province, city }
}

function toPlace(cell: (column: string) => unknown): Place {
  const text = (column: string) => {
    const value = cell(column)
    return value === null || value === undefined ? null : String(value)
  }
  const number = (column: string) => {
    const value = cell(column)
    return value === null || value === undefined ? null : Number(value)
  }
  const code = (column: string): PlaceCode | null => {
    const value = text(column)
    return value === null ? null : placeCode.parse(value)
  }
  const required = <T>(column: string, value: T | null): T => {
    if (value === null) throw new ScoutError('partition_invalid', { details: { column } })
    return value
  }
  const aliases = text('aliases')
  return {
    code: required('code', code('code')),
    level: level.parse(text('level')),
    name: required('name', text('name')),
    aliases: aliases ? aliases.split(ALIAS_SEPARATOR) : [],
    parent: code('parent'),
    region: required('region', code('region')),
    province: code('province'),
    population: number('population'),
    areaSqkm: number('area_sqkm'),
    incomeClass: text('income_class'),
    isCity: cell('is_city') === true,
    lon: required('lon', number('lon')),
    lat: required('lat', number('lat')),
  }
}
