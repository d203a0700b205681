import { clampRange, type Day, type DayRange } from '../../../app/domain/time.ts'
import { type DayScale, dayAt, dayX } from './scale.ts'

/** What a drag does: moves one end, moves the whole, or draws a new range. */
export type Grip = 'from' | 'to' | 'move' | 'draw'

export interface Drag {
  readonly grip: Grip
  /** Day under the pointer when it went down, and the range then. */
  readonly start: Day
  readonly range: DayRange
}

/** How near an edge counts as on it, CSS pixels. */
const REACH = 7

export function gripAt(scale: DayScale, range: DayRange, x: number): Grip {
  const from = dayX(scale, range.from)
  const to = dayX(scale, range.to + 1)
  const nearTo = Math.abs(x - to)
  const nearFrom = Math.abs(x - from)
  if (Math.min(nearFrom, nearTo) <= REACH) return nearFrom < nearTo ? 'from' : 'to'
  const everything = range.from === scale.bounds.from && range.to === scale.bounds.to
  return x > from && x < to && !everything ? 'move' : 'draw'
}

export function beginDrag(scale: DayScale, range: DayRange, x: number): Drag {
  return { grip: gripAt(scale, range, x), start: dayAt(scale, x), range }
}

/** The range that a drag means with the pointer at `x`. Ends may cross; a moved range keeps its length. */
export function dragged({ grip, start, range }: Drag, scale: DayScale, x: number): DayRange {
  const day = dayAt(scale, x)
  switch (grip) {
    case 'from':
      return clampRange({ from: day, to: range.to }, scale.bounds)
    case 'to':
      return clampRange({ from: range.from, to: day }, scale.bounds)
    case 'draw':
      return clampRange({ from: start, to: day }, scale.bounds)
    case 'move':
      return shifted(range, day - start, scale.bounds)
  }
}

/** A range moved by some days, stopped whole at the bounds. */
export function shifted(range: DayRange, days: number, bounds: DayRange): DayRange {
  const by = Math.min(bounds.to - range.to, Math.max(bounds.from - range.from, days))
  return { from: range.from + by, to: range.to + by }
}
