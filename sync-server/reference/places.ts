import { field, invalid, type PackFiles, readRows } from './pack-files.ts'

/** A place of a pack, as `scout.geo_place` holds it. What the pack leaves blank is null. */
export interface PackPlace {
  readonly code: string
  /** 1 is the widest. */
  readonly level: number
  readonly levelId: string
  /** Position among the places of its level, ordered by code. */
  readonly ordinal: number
  readonly name: string
  readonly aliases: readonly string[]
  readonly oldNames: readonly string[]
  /** Codes it had before, and codes of other systems. */
  readonly aliasCodes: readonly string[]
  readonly parent: string | null
  readonly region: string
  readonly province: string | null
  readonly legalProvince: string | null
  readonly isCity: boolean
  readonly cityClass: string | null
  readonly isCapital: boolean
  readonly incomeClass: string | null
  readonly population: number | null
  /** As written, so that no digit is lost. */
  readonly areaSqkm: string | null
  readonly islandGroup: string | null
  readonly lon: number
  readonly lat: number
}

/** All places, widest level first, each level ordered by code: parents stand before their children. */
export function readPlaces(pack: PackFiles): PackPlace[] {
  const { file, columns } = pack.manifest.places
  const levelOf = new Map(
    pack.manifest.levels.map((level, i) => [level.rows, { number: i + 1, id: level.level }]),
  )
  const drafts = readRows(pack, file).map(row => {
    const get = (column: keyof typeof columns) => field(row, columns[column], file)
    const level = levelOf.get(get('level'))
    const code = get('code')
    if (level === undefined) throw invalid(file, `${code} has the unknown level ${get('level')}`)
    return { code, level, get }
  })
  const known = new Set(drafts.map(({ code }) => code))
  if (known.size !== drafts.length) throw invalid(file, 'a code stands there twice')
  drafts.sort((a, b) => a.level.number - b.level.number || (a.code < b.code ? -1 : 1))

  const seen = new Map<number, number>()
  return drafts.map(({ code, level, get }) => {
    const ordinal = seen.get(level.number) ?? 0
    seen.set(level.number, ordinal + 1)
    const reference = (column: 'parent' | 'region' | 'province') => {
      const value = get(column)
      if (value === '' || (level.number === 1 && column === 'parent')) return null
      if (!known.has(value)) throw invalid(file, `${code} names the unknown ${column} ${value}`)
      return value
    }
    const region = reference('region')
    if (region === null) throw invalid(file, `${code} lies in no region`)
    return {
      code,
      level: level.number,
      levelId: level.id,
      ordinal,
      name: get('name'),
      aliases: list(get('aliases')),
      oldNames: list(get('oldNames')),
      aliasCodes: [...list(get('aliasCodes')), ...list(get('oldCode'))],
      parent: reference('parent'),
      region,
      province: reference('province'),
      legalProvince: known.has(get('legalProvince')) ? get('legalProvince') : null,
      isCity: get('isCity') === '1',
      cityClass: get('cityClass') || null,
      isCapital: get('isCapital') === '1',
      incomeClass: get('incomeClass') || null,
      population: get('population') === '' ? null : Number(get('population')),
      areaSqkm: get('area') || null,
      islandGroup: get('islandGroup') || null,
      lon: Number(get('lon')),
      lat: Number(get('lat')),
    }
  })
}

function list(value: string): string[] {
  return value === '' ? [] : value.split('|').map(item => item.trim())
}
