import { ScoutError } from '../../app/errors.ts'

/** Instants and business days in the time zone of the geography pack. */
export interface BusinessTime {
  /**
   * An ISO 8601 moment as an instant. One without a zone is local: `offsetMinutes` ahead of UTC when that is given, else in the
   * pack's zone. An hour that the zone skips is read as the hour after it.
   *
   * @throws ScoutError `sale_invalid` for a year that no calendar of ours holds
   */
  instant(iso: string, offsetMinutes?: number | null): Date
  /** `YYYY-MM-DD` of the business day an instant lies in. */
  day(instant: Date): string
}

const ZONED = /(?:[zZ]|[+-]\d{2}:?\d{2})$/
const MS_PER_MINUTE = 60_000
const DAY_MS = 86_400_000
/** Offsets of a zone only change on a quarter of an hour. */
const QUARTER_MS = 15 * MS_PER_MINUTE

export function businessTime(timeZone: string): BusinessTime {
  const known = zones.get(timeZone)
  if (known !== undefined) return known
  const made = timeIn(timeZone)
  zones.set(timeZone, made)
  return made
}

/** Making a formatter takes 2 ms. There are as many zones as packs. */
const zones = new Map<string, BusinessTime>()

function timeIn(timeZone: string): BusinessTime {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  const offsets = new Map<number, number>()
  const days = new Map<number, string>()

  /** How far the zone is ahead of UTC at an instant, in ms. */
  function offsetAt(ms: number): number {
    const quarter = Math.floor(ms / QUARTER_MS)
    const known = offsets.get(quarter)
    if (known !== undefined) return known
    const name = format.formatToParts(ms).find(part => part.type === 'timeZoneName')?.value ?? 'GMT'
    const [, sign, hours = '0', minutes = '0'] = /GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(name) ?? []
    const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MS_PER_MINUTE
    if (offsets.size > 100_000) offsets.clear()
    offsets.set(quarter, offset)
    return offset
  }

  return {
    instant(iso, offsetMinutes) {
      if (ZONED.test(iso)) return inCalendar(Date.parse(iso), iso)
      const local = inCalendar(Date.parse(`${iso}Z`), iso).getTime()
      if (typeof offsetMinutes === 'number') return inCalendar(local - offsetMinutes * MS_PER_MINUTE, iso)
      const guess = local - offsetAt(local)
      return inCalendar(local - offsetAt(guess), iso)
    },
    day(instant) {
      const number = Math.floor((instant.getTime() + offsetAt(instant.getTime())) / DAY_MS)
      const known = days.get(number)
      if (known !== undefined) return known
      const day = new Date(number * DAY_MS).toISOString().slice(0, 10)
      if (days.size > 100_000) days.clear()
      days.set(number, day)
      return day
    },
  }
}

const FIRST_MS = Date.UTC(1900, 0, 1)
const LAST_MS = Date.UTC(9998, 11, 31)

function inCalendar(ms: number, iso: string): Date {
  if (ms >= FIRST_MS && ms <= LAST_MS) return new Date(ms)
  throw new ScoutError('sale_invalid', { message: `${iso.slice(0, 40)} is outside the years 1900 to 9998.` })
}
