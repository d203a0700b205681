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

/** A range of days, both ends included. */
export interface DayRange {
  readonly from: Day
  readonly to: Day
}

/** The part of `range` inside `bounds`; a range wholly outside becomes the nearest single day. */
export function clampRange(range: DayRange, bounds: DayRange): DayRange {
  const clamp = (day: Day) => Math.min(bounds.to, Math.max(bounds.from, day))
  return { from: clamp(Math.min(range.from, range.to)), to: clamp(Math.max(range.from, range.to)) }
}
