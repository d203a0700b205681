import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { ScoutError } from '../../app/errors.ts'

/** A city or municipality where people live. */
export interface City {
  readonly code: string
  readonly name: string
  readonly province: string
  readonly region: string
  readonly regionCode: string
  readonly provinceCode: string
  readonly population: number
  /** Degrees, of a point inside. */
  readonly longitude: number
  readonly latitude: number
}

/** Where a checkout keeps the pack: two folders up, from here as from the bundle in `dist/edge-agent`. */
const IN_A_CHECKOUT = new URL('../../sql/reference/ph/places.csv', import.meta.url)

const placeRow = z.object({
  psgc_code: z.string().min(1),
  name: z.string().min(1),
  geo_level: z.string().optional(),
  level: z.enum(['ADM1', 'ADM2', 'ADM3']),
  adm1_code: z.string(),
  adm2_code: z.string(),
  population_2020: z.coerce.number(),
  lon: z.coerce.number(),
  lat: z.coerce.number(),
})

/**
 * The cities of a geography pack's `places.csv`, by code.
 *
 * @param file of the pack; that of the checkout when absent
 * @throws ScoutError `request_invalid` when there is no such file, or it holds no places
 */
export function readCities(file?: string): City[] {
  const path = file ?? fileURLToPath(IN_A_CHECKOUT)
  if (!existsSync(path)) {
    throw new ScoutError('request_invalid', {
      message: `There is no file ${path}. Name the places.csv of a geography pack with --places.`,
    })
  }
  const rows = z
    .array(placeRow)
    .safeParse(parse(readFileSync(path), { columns: true, skip_empty_lines: true }))
  if (!rows.success || rows.data.length === 0) {
    throw new ScoutError('request_invalid', {
      message: `${path} is not the places.csv of a geography pack.`,
      cause: rows.error,
    })
  }
  const names = new Map(rows.data.map(row => [row.psgc_code, row.name]))
  return rows.data
    .filter(row => row.level === 'ADM3' && row.population_2020 > 0)
    .map(row => ({
      code: row.psgc_code,
      name: row.name,
      province: names.get(row.adm2_code) ?? '',
      region: names.get(row.adm1_code) ?? '',
      regionCode: row.adm1_code,
      provinceCode: row.adm2_code,
      population: row.population_2020,
      longitude: row.lon,
      latitude: row.lat,
    }))
    .sort((a, b) => (a.code < b.code ? -1 : 1))
}
