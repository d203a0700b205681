import { field, invalid, type PackFiles, readRows } from './pack-files.ts'
import type { PackPlace } from './places.ts'

/** Ways a spelling leads to a place, the surest first. */
export const RANKS = {
  name: 1,
  alias: 2,
  'old name': 3,
  code: 4,
  'former code': 5,
  /** A code that lost its leading zero: kept only to see that it could mean two places; never a match. */
  'damaged code': 9,
} as const
type How = keyof typeof RANKS

export interface Spelling {
  readonly code: string
  readonly level: number
  readonly spelling: string
  readonly how: How
}

/** Every spelling that leads to a place: its names and codes, and the pack's own list. */
export function* placeSpellings(pack: PackFiles, places: readonly PackPlace[]): Generator<Spelling> {
  for (const place of places) {
    const { code, level } = place
    const old = new Set(place.oldNames)
    yield { code, level, spelling: place.name, how: 'name' }
    for (const spelling of place.aliases) {
      yield { code, level, spelling, how: old.has(spelling) ? 'old name' : 'alias' }
      // "Samar (Western Samar)": both names stand in the alias itself.
      const both = /^(.+?)\s*\((.+)\)$/.exec(spelling)
      if (both?.[1] !== undefined && both[1] !== place.name) {
        yield { code, level, spelling: both[1], how: 'alias' }
      }
    }
    for (const spelling of old) yield { code, level, spelling, how: 'old name' }
    yield { code, level, spelling: code, how: 'code' }
    for (const spelling of place.aliasCodes) yield { code, level, spelling, how: 'former code' }
    if (code.startsWith('0')) yield { code, level, spelling: code.slice(1), how: 'damaged code' }
  }
  yield* listedSpellings(pack, places)
}

function* listedSpellings(pack: PackFiles, places: readonly PackPlace[]): Generator<Spelling> {
  const file = pack.manifest.spellings
  const known = new Map(places.map(place => [place.code, place.levelId]))
  for (const row of readRows(pack, file)) {
    const code = field(row, 'code', file)
    const how = field(row, 'how', file)
    if (known.get(code) !== field(row, 'level', file))
      throw invalid(file, `${code} is no place of that level`)
    if (!isHow(how)) throw invalid(file, `${code} is found by the unknown way "${how}"`)
    yield {
      code,
      level: levelNumber(pack, field(row, 'level', file), file),
      spelling: field(row, 'spelling', file),
      how,
    }
  }
}

/** The number of a level by its id; 1 is the widest. */
export function levelNumber(pack: PackFiles, id: string, file: string): number {
  const index = pack.manifest.levels.findIndex(({ level }) => level === id)
  if (index === -1) throw invalid(file, `there is no level ${id}`)
  return index + 1
}

function isHow(value: string): value is How {
  return Object.hasOwn(RANKS, value)
}
