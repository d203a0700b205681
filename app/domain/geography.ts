import { z } from 'zod'
import { type PlaceCode, placeCode } from './ids.ts'

/**
 * Levels from the widest to the narrowest. A geography pack names what they are called in its country; Scout only knows
 * their order. The map draws these three; a pack may carry narrower ones.
 */
export const LEVELS = ['region', 'province', 'city'] as const
export const level = z.enum(LEVELS)
export type Level = z.infer<typeof level>

/** One place as the laptop knows it. */
export interface Place {
  readonly code: PlaceCode
  readonly level: Level
  readonly name: string
  readonly aliases: readonly string[]
  /** Code of the place one level up; `null` for the widest. */
  readonly parent: PlaceCode | null
  readonly region: PlaceCode
  readonly province: PlaceCode | null
  readonly population: number | null
  readonly areaSqkm: number | null
  readonly incomeClass: string | null
  readonly isCity: boolean
  /** A point inside the place, degrees WGS84. */
  readonly lon: number
  readonly lat: number
}

/** What a pack says of its country; travels in the geography manifest. */
export const packInfo = z.object({
  pack: z.string(),
  title: z.string(),
  vintage: z.string(),
  currency: z.object({ code: z.string().length(3), symbol: z.string().min(1) }),
  timeZone: z.string(),
  locale: z.string(),
  populationYear: z.number().int(),
  attribution: z.string(),
  /** What a level is called, singular and plural. */
  levels: z.record(level, z.object({ one: z.string(), many: z.string() })),
  /** West, south, east, north of the view that the map opens on. */
  bounds: z.tuple([z.number(), z.number(), z.number(), z.number()]),
})
export type PackInfo = z.infer<typeof packInfo>

/** Which places a person may see: everything, or the named regions. */
export const regionScope = z.union([z.null(), z.array(placeCode).min(1)])
export type RegionScope = z.infer<typeof regionScope>

export function scopeIncludes(scope: RegionScope, region: string): boolean {
  return scope === null || scope.some(code => code === region)
}
