import type { Day, DayRange } from '../../../app/domain/time.ts'

/** Days to CSS pixels: each day has an equal strip, the first begins at `left`, the last ends at `right`. */
export interface DayScale {
  readonly bounds: DayRange
  readonly left: number
  readonly right: number
}

export function stripWidth({ bounds, left, right }: DayScale): number {
  return (right - left) / (bounds.to - bounds.from + 1)
}

/** Where a day's strip begins. */
export function dayX(scale: DayScale, day: Day): number {
  return scale.left + (day - scale.bounds.from) * stripWidth(scale)
}

/** The day whose strip holds `x`, kept within the bounds. */
export function dayAt(scale: DayScale, x: number): Day {
  const day = scale.bounds.from + Math.floor((x - scale.left) / stripWidth(scale))
  return Math.min(scale.bounds.to, Math.max(scale.bounds.from, day))
}

/** Smallest of 1, 2, 2.5, 5 × 10ⁿ that is not below the value: a top of the axis that reads well. */
export function niceTop(value: number): number {
  if (!(value > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  for (const step of [1, 2, 2.5, 5]) if (step * power >= value) return step * power
  return 10 * power
}
