/**
 * Business days. A day is held as the number of days since 1970-01-01 in the business time zone of the geography
 * pack (`Day`), so that ranges, prefix sums and columns are integer arithmetic.
 */
export type Day = number

const MS_PER_DAY = 86_400_000

/** `2024-09-01` → 19967. Throws `RangeError` on anything that is not a calendar day. */
export function dayFromIso(iso: string): Day {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso)
  const ms = match ? Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) : Number.NaN
  const day = ms / MS_PER_DAY
  if (!Number.isInteger(day) || isoFromDay(day) !== iso) throw new RangeError(`not a calendar day: ${iso}`)
  return day
}

/** 19967 → `2024-09-01`. */
export function isoFromDay(day: Day): string {
  return new Date(day * MS_PER_DAY).toISOString().slice(0, 10)
}

/** `2024-09` of a day: the month a partition is keyed by. */
export function monthOfDay(day: Day): string {
  return isoFromDay(day).slice(0, 7)
}

/** 0 = Sunday … 6 = Saturday. 1970-01-01 was a Thursday. */
export function weekdayOfDay(day: Day): number {
  return (((day + 4) % 7) + 7) % 7
}

/** A range of days, both ends included. */
export interface DayRange {
  readonly from: Day
  readonly to: Day
}

export function daysInRange(range: DayRange): number {
  return Math.max(0, range.to - range.from + 1)
}

/** The part of `range` inside `bounds`; a range wholly outside becomes the nearest single day. */
export function clampRange(range: DayRange, bounds: DayRange): DayRange {
  const clamp = (day: Day) => Math.min(bounds.to, Math.max(bounds.from, day))
  return { from: clamp(Math.min(range.from, range.to)), to: clamp(Math.max(range.from, range.to)) }
}

/** Half-open hours of the business day: morning [6,12), afternoon [12,18), evening [18,22), night otherwise. */
export const TIMES_OF_DAY = ['morning', 'afternoon', 'evening', 'night'] as const
export type TimeOfDay = (typeof TIMES_OF_DAY)[number]

export function timeOfDay(hour: number): TimeOfDay {
  if (hour >= 6 && hour < 12) return 'morning'
  if (hour >= 12 && hour < 18) return 'afternoon'
  if (hour >= 18 && hour < 22) return 'evening'
  return 'night'
}
