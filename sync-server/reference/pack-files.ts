import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { LEVELS, level, type PackInfo, packInfo } from '../../app/domain/geography.ts'
import { ScoutError } from '../../app/errors.ts'
import { sqlDirectory } from '../database/sql-directory.ts'

/** `pack.json`: what a geography pack is, and in which of its files and columns things are found. */
const packManifest = packInfo.omit({ levels: true }).extend({
  pack: z.string().regex(/^[a-z][a-z0-9-]*$/),
  /** Widest first. `rows` is how the places file names the level, `object` how the TopoJSON does. */
  levels: z
    .array(
      z.object({
        level,
        rows: z.string(),
        one: z.string(),
        many: z.string(),
        object: z.string(),
        boundaries: z.object({ low: z.string(), medium: z.string() }),
      }),
    )
    .min(1),
  places: z.object({
    file: z.string(),
    columns: z.object({
      code: z.string(),
      level: z.string(),
      name: z.string(),
      parent: z.string(),
      region: z.string(),
      province: z.string(),
      legalProvince: z.string(),
      isCity: z.string(),
      cityClass: z.string(),
      isCapital: z.string(),
      incomeClass: z.string(),
      population: z.string(),
      area: z.string(),
      islandGroup: z.string(),
      lon: z.string(),
      lat: z.string(),
      oldNames: z.string(),
      aliases: z.string(),
      aliasCodes: z.string(),
      oldCode: z.string(),
    }),
  }),
  codeInBoundaries: z.string(),
  spellings: z.string(),
  rewrites: z.string(),
  formerRegions: z.string(),
  terms: z.string(),
  termSpellings: z.string(),
  timesOfDay: z.string(),
  /** Non-working days. Of a day outside these years nobody knows whether it is one. */
  holidays: z.object({ file: z.string(), firstYear: z.int(), lastYear: z.int() }),
  /** 1 January. A fiscal year is named by the calendar year that it ends in. */
  fiscalYearStartMonth: z.int().min(1).max(12),
})
export type PackManifest = z.infer<typeof packManifest>

export const DETAILS = ['low', 'medium'] as const
export type Detail = (typeof DETAILS)[number]

/** A pack on disk. */
export interface PackFiles {
  readonly directory: string
  readonly manifest: PackManifest
  /** SHA-256 over the names and bytes of its files. */
  readonly sha256: string
}

/** `sql/reference/<pack>`. */
export function packDirectory(pack: string): string {
  return join(sqlDirectory(), 'reference', pack)
}

/** @throws ScoutError `reference_invalid` naming the file and what is wrong in it. */
export function openPack(directory: string): PackFiles {
  const file = join(directory, 'pack.json')
  try {
    const manifest = packManifest.parse(JSON.parse(readFileSync(file, 'utf8')))
    return { directory, manifest, sha256: hashOf(directory) }
  } catch (error) {
    throw invalid(file, error instanceof Error ? error.message : String(error), error)
  }
}

/** A CSV file of the pack, one object a line, values as they stand there. */
export function readRows(pack: PackFiles, name: string): Record<string, string>[] {
  const file = join(pack.directory, name)
  try {
    return parse(readFileSync(file), { columns: true, skip_empty_lines: true, bom: true })
  } catch (error) {
    throw invalid(file, error instanceof Error ? error.message : String(error), error)
  }
}

/** A field that must be there; `''` stands for unknown. */
export function field(row: Readonly<Record<string, string>>, column: string, file: string): string {
  const value = row[column]
  if (value === undefined) throw invalid(file, `the column ${column} is missing`)
  return value.trim()
}

/** What a pack says of its country, as it travels in the published geography. */
export function packInfoOf({ manifest }: PackFiles): PackInfo {
  const named = new Map(manifest.levels.map(({ level, one, many }) => [level, { one, many }]))
  const levels = Object.fromEntries(LEVELS.map(id => [id, named.get(id) ?? { one: id, many: id }]))
  const { pack, title, vintage, currency, timeZone, locale, populationYear, attribution, bounds } = manifest
  return {
    pack,
    title,
    vintage,
    currency,
    timeZone,
    locale,
    populationYear,
    attribution,
    bounds,
    levels: levels as PackInfo['levels'],
  }
}

export function invalid(file: string, problem: string, cause?: unknown): ScoutError {
  return new ScoutError('reference_invalid', {
    message: `The reference data cannot be read. ${file}: ${problem}`,
    details: { file, problem },
    cause,
  })
}

function hashOf(directory: string): string {
  const hash = createHash('sha256')
  for (const name of readdirSync(directory).sort()) {
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(join(directory, name)))
  }
  return hash.digest('hex')
}
