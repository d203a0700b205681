import type { Catalogue } from '../../app/contracts/worker.ts'
import { type Classes, classify } from '../../app/domain/classification.ts'
import { type Place, type RegionScope, scopeIncludes } from '../../app/domain/geography.ts'
import type { PlaceCode } from '../../app/domain/ids.ts'
import type { Painted } from './data-store.ts'
import type { Classing } from './question.ts'

/** What a place is painted with: a swatch, or one of these. */
export const NO_DATA = 254
export const OUTSIDE = 255
export const MOST_CLASSES = 9

/** The swatch of a class when there are `count` of them: a number of its own for each, 0–44. */
export function swatchCode(count: number, position: number): number {
  return (count * (count - 1)) / 2 + position
}

/** A painting put into classes: what the map, the legend and the table show. */
export interface Choropleth {
  readonly painted: Painted
  /** Ordinals of the places inside the place drilled into: those that are compared. */
  readonly members: readonly number[]
  /** By position in `members`. */
  readonly classes: Classes
  /** By ordinal: swatch, `NO_DATA` or `OUTSIDE`. */
  readonly codes: Uint8Array
}

/** @param scope Regions this person may see: places outside are not compared, and are not "without a sale" either. */
export function choroplethOf(
  painted: Painted,
  classing: Classing,
  catalogue: Catalogue,
  scope: RegionScope,
): Choropleth {
  const { level, within } = painted.selection
  const places = catalogue.places[level]
  const members = membersOf(places, within, scope)
  const { values } = painted.painting
  const classes = classify(
    members.map(ordinal => values[ordinal] ?? Number.NaN),
    classing.method,
    classing.count,
  )
  const count = classes.counts.length
  const codes = new Uint8Array(places.length).fill(OUTSIDE)
  for (let i = 0; i < members.length; i++) {
    const assigned = classes.assigned[i] ?? NO_DATA
    codes[members[i] ?? 0] = assigned < count ? swatchCode(count, assigned) : NO_DATA
  }
  return { painted, members, classes, codes }
}

export function isInside(place: Place, within: PlaceCode | null): boolean {
  return within === null || place.code === within || place.region === within || place.province === within
}

const remembered = new WeakMap<readonly Place[], Map<string, readonly number[]>>()

/** Ordinals inside a place; kept, because a brush asks for the same ones sixty times a second. */
function membersOf(
  places: readonly Place[],
  within: PlaceCode | null,
  scope: RegionScope,
): readonly number[] {
  const known = remembered.get(places) ?? new Map<string, readonly number[]>()
  remembered.set(places, known)
  const key = JSON.stringify([within, scope])
  let members = known.get(key)
  if (members === undefined) {
    members = places.flatMap((place, ordinal) =>
      isInside(place, within) && scopeIncludes(scope, place.region) ? [ordinal] : [],
    )
    known.set(key, members)
  }
  return members
}
