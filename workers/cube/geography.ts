import type { Catalogue } from '../../app/contracts/worker.ts'
import {
  LEVELS,
  type Level,
  type Place,
  type RegionScope,
  scopeIncludes,
} from '../../app/domain/geography.ts'
import type { PlaceCode } from '../../app/domain/ids.ts'

/** The narrowest level: facts are of its places. */
export const FACT_LEVEL = 'city' satisfies Level

/** How the places of facts roll up: for each city ordinal, the ordinal of the place that it lies in at every level. */
export class Geography {
  readonly counts: Readonly<Record<Level, number>>
  readonly #ordinals: Readonly<Record<Level, ReadonlyMap<string, number>>>
  readonly #parents: Readonly<Record<Level, Int32Array>>
  readonly #populations: Readonly<Record<Level, Float64Array>>
  readonly #populationInScope: number

  constructor(places: Catalogue['places'], scope: RegionScope) {
    this.counts = byLevel(level => places[level].length)
    this.#ordinals = byLevel(level => new Map(places[level].map((place, ordinal) => [place.code, ordinal])))
    this.#parents = byLevel(level =>
      Int32Array.from(
        places[FACT_LEVEL],
        city => this.#ordinals[level].get(ancestor(city, level) ?? '') ?? -1,
      ),
    )
    this.#populations = byLevel(level => Float64Array.from(places[level], place => place.population ?? 0))
    this.#populationInScope = places.region
      .filter(region => scopeIncludes(scope, region.code))
      .reduce((sum, region) => sum + (region.population ?? 0), 0)
  }

  /** City ordinal by code. */
  get cities(): ReadonlyMap<string, number> {
    return this.#ordinals[FACT_LEVEL]
  }

  /** Ordinal at `level` by city ordinal; -1 for a city that lies in no place of that level. */
  rollUp(level: Level): Int32Array {
    return this.#parents[level]
  }

  /** By ordinal; 0 where it is unknown. */
  populations(level: Level): Float64Array {
    return this.#populations[level]
  }

  /** Of a place, or of every region that this person may see. */
  population(within: PlaceCode | null): number {
    if (within === null) return this.#populationInScope
    for (const level of LEVELS) {
      const ordinal = this.#ordinals[level].get(within)
      if (ordinal !== undefined) return this.#populations[level][ordinal] ?? 0
    }
    return 0
  }

  /** 1 for each city in `within`, by ordinal. A place that is not known holds none. */
  members(within: PlaceCode | null): Uint8Array {
    if (within === null) return new Uint8Array(this.counts[FACT_LEVEL]).fill(1)
    for (const level of LEVELS) {
      const ordinal = this.#ordinals[level].get(within)
      if (ordinal !== undefined)
        return Uint8Array.from(this.#parents[level], parent => Number(parent === ordinal))
    }
    return new Uint8Array(this.counts[FACT_LEVEL])
  }
}

function ancestor(city: Place, level: Level): string | null {
  return level === FACT_LEVEL ? city.code : city[level]
}

function byLevel<T>(make: (level: Level) => T): Record<Level, T> {
  return { region: make('region'), province: make('province'), city: make('city') }
}
