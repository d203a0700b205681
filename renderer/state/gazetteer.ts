import type { Catalogue } from '../../app/contracts/worker.ts'
import { LEVELS, type Level, type Place } from '../../app/domain/geography.ts'
import type { PlaceCode } from '../../app/domain/ids.ts'

/** Places by their code, with their ordinal. */
export interface Gazetteer {
  find(code: PlaceCode | null): Place | undefined
  ordinal(code: PlaceCode | null): number | undefined
  /** From the widest down to the place itself. */
  lineage(code: PlaceCode | null): readonly Place[]
}

const made = new WeakMap<Catalogue, Gazetteer>()

export function gazetteerOf(catalogue: Catalogue): Gazetteer {
  let gazetteer = made.get(catalogue)
  if (gazetteer === undefined) {
    gazetteer = makeGazetteer(catalogue)
    made.set(catalogue, gazetteer)
  }
  return gazetteer
}

function makeGazetteer(catalogue: Catalogue): Gazetteer {
  // A province-level place may bear its region's code nowhere, so one map over all levels is unambiguous.
  const known = new Map<string, { place: Place; ordinal: number }>()
  for (const level of [...LEVELS].reverse()) {
    catalogue.places[level].forEach((place, ordinal) => {
      known.set(place.code, { place, ordinal })
    })
  }
  const find = (code: PlaceCode | null) => (code === null ? undefined : known.get(code)?.place)
  return {
    find,
    ordinal: code => (code === null ? undefined : known.get(code)?.ordinal),
    lineage: code => {
      const line: Place[] = []
      for (let place = find(code); place !== undefined; place = find(place.parent)) line.unshift(place)
      return line
    },
  }
}

/** The level that a place's parts are shown at. */
export function levelInside(place: Place): Level {
  return place.level === 'region' ? 'province' : 'city'
}
