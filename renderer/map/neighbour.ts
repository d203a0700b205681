import type { Place } from '../../app/domain/geography.ts'

export type Direction = 'up' | 'down' | 'left' | 'right'

/** Across counts this much more than along: an arrow goes that way, not somewhere near. */
const ACROSS = 2.2

/**
 * The place an arrow key leads to: the nearest in that direction, where lying aside makes it farther.
 *
 * @returns a position in `places`; where it started when there is nothing that way.
 */
export function neighbour(
  places: readonly Pick<Place, 'lon' | 'lat'>[],
  candidates: readonly number[],
  from: number,
  direction: Direction,
): number {
  const here = places[from]
  if (here === undefined) return from
  let best = from
  let bestDistance = Number.POSITIVE_INFINITY
  const narrowing = Math.cos((here.lat * Math.PI) / 180)
  for (const candidate of candidates) {
    const there = places[candidate]
    if (there === undefined || candidate === from) continue
    const east = (there.lon - here.lon) * narrowing
    const north = there.lat - here.lat
    const along = { up: north, down: -north, left: -east, right: east }[direction]
    const across = Math.abs(direction === 'up' || direction === 'down' ? east : north)
    if (along <= 0) continue
    const distance = along + across * ACROSS
    if (distance < bestDistance) {
      bestDistance = distance
      best = candidate
    }
  }
  return best
}
