import { dayFromIso } from '../../../app/domain/time.ts'

/** What a holiday does to a store's sales; the factors are ours. */
type Effect = 'feast' | 'off' | 'quiet'

export const HOLIDAY_FACTORS: Readonly<Record<Effect, number>> = {
  /** Families at home, with guests. */
  feast: 1.55,
  off: 1.15,
  /** Good Friday: most stores keep their shutters half down. */
  quiet: 0.45,
}

/** Every year on the same day: Republic Act 9492 and the yearly proclamations. */
const FIXED: Readonly<Record<string, Effect>> = {
  '01-01': 'feast',
  '04-09': 'off',
  '05-01': 'off',
  '06-12': 'off',
  '08-21': 'off',
  '11-01': 'off',
  '11-30': 'off',
  '12-08': 'off',
  '12-24': 'feast',
  '12-25': 'feast',
  '12-30': 'off',
  '12-31': 'feast',
}

/** The effect of each holiday of a year, by its day. */
export function holidaysOf(year: number): ReadonlyMap<number, Effect> {
  const holidays = new Map<number, Effect>()
  for (const [monthDay, effect] of Object.entries(FIXED)) {
    holidays.set(dayFromIso(`${year}-${monthDay}`), effect)
  }
  const easter = easterSunday(year)
  holidays.set(easter - 3, 'off')
  holidays.set(easter - 2, 'quiet')
  holidays.set(easter - 1, 'off')
  holidays.set(lastMondayOfAugust(year), 'off')
  return holidays
}

/** The Gregorian rule, after Butcher (Nature, 1876). */
function easterSunday(year: number): number {
  const a = year % 19
  const century = Math.floor(year / 100)
  const c = year % 100
  const g = Math.floor((8 * century + 13) / 25)
  const moon = (19 * a + century - Math.floor(century / 4) - g + 15) % 30
  const m = Math.floor((a + 11 * moon) / 319)
  const weekday = (2 * (century % 4) + 2 * Math.floor(c / 4) - (c % 4) - moon + m + 32) % 7
  const month = Math.floor((moon - m + weekday + 90) / 25)
  const day = (moon - m + weekday + month + 19) % 32
  return dayFromIso(`${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`)
}

/** National Heroes Day. */
function lastMondayOfAugust(year: number): number {
  const last = dayFromIso(`${year}-08-31`)
  // 1970-01-01 was a Thursday: day 4 a Monday.
  return last - ((last - 4) % 7)
}
