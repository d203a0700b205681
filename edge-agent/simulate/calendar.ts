import { type Day, isoFromDay } from '../../app/domain/time.ts'
import { HOLIDAY_FACTORS, holidaysOf } from './ph/holidays.ts'

/** Monday first; ours: the week's end is the time for merienda and laundry. */
const WEEKDAY_FACTORS = [0.94, 0.91, 0.93, 0.97, 1.06, 1.13, 1.06] as const

/** January first; ours: December's feasts, the hot months' cold drinks, the rains of July and August. */
const MONTH_FACTORS = [0.95, 0.94, 1.02, 1.07, 1.06, 1.0, 0.93, 0.92, 0.95, 0.99, 1.03, 1.14] as const

/** Days after a payday (the 15th and the 30th, the last day of February) and what they do; ours. */
const PAYDAY_FACTORS = [1.26, 1.18, 1.08] as const

/** How a day's sales compare with those of an ordinary day. */
export function dayFactor(day: Day): number {
  const iso = isoFromDay(day)
  const holiday = holidaysOf(Number(iso.slice(0, 4))).get(day)
  return (
    (WEEKDAY_FACTORS[weekday(day)] ?? 1) *
    (MONTH_FACTORS[Number(iso.slice(5, 7)) - 1] ?? 1) *
    paydayFactor(day) *
    (holiday === undefined ? 1 : HOLIDAY_FACTORS[holiday])
  )
}

/** 0 is Monday. */
export function weekday(day: Day): number {
  return (((day + 3) % 7) + 7) % 7
}

/** More than 1 on a payday and just after it, when baskets are larger too. */
export function paydayFactor(day: Day): number {
  for (const [after, factor] of PAYDAY_FACTORS.entries()) {
    if (isPayday(day - after)) return factor
  }
  return 1
}

function isPayday(day: Day): boolean {
  const [, month, date] = isoFromDay(day).split('-').map(Number)
  if (date === 15 || date === 30) return true
  return month === 2 && isoFromDay(day + 1).endsWith('-01')
}
