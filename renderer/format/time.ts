import type { Day, DayRange } from '../../app/domain/time.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const
const DASH = ' – '

interface CalendarDay {
  readonly year: number
  readonly month: number
  readonly date: number
}

export function calendarDay(day: Day): CalendarDay {
  const date = new Date(day * 86_400_000)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth(), date: date.getUTCDate() }
}

export function monthName(month: number): string {
  return MONTHS[month] ?? ''
}

/** 3 Aug 2025 */
export function dayText(day: Day): string {
  const { year, month, date } = calendarDay(day)
  return `${date} ${monthName(month)} ${year}`
}

/** Sun 3 Aug 2025 */
export function weekdayText(day: Day): string {
  return `${WEEKDAYS[(((day + 4) % 7) + 7) % 7]} ${dayText(day)}`
}

/** 1 – 31 Aug 2025; the year is said once when it is one. */
export function rangeText({ from, to }: DayRange): string {
  if (from === to) return dayText(from)
  const a = calendarDay(from)
  const b = calendarDay(to)
  if (a.year !== b.year) return `${dayText(from)}${DASH}${dayText(to)}`
  if (a.month !== b.month) return `${a.date} ${monthName(a.month)}${DASH}${dayText(to)}`
  return `${a.date}${DASH}${dayText(to)}`
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long ago an instant was, in words. A clock that is behind reads as "just now". */
export function agoText(iso: string, now: number): string {
  const ms = now - Date.parse(iso)
  if (ms < 2 * MINUTE) return 'just now'
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} minutes ago`
  if (ms < 2 * HOUR) return 'an hour ago'
  if (ms < DAY) return `${Math.floor(ms / HOUR)} hours ago`
  if (ms < 2 * DAY) return 'yesterday'
  return `${Math.floor(ms / DAY)} days ago`
}
