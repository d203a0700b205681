import { pathToFileURL } from 'node:url'
import Holidays from 'date-holidays'

/** The years that the pack's holidays cover. */
export const FIRST_YEAR = 2015
export const LAST_YEAR = 2035

/** `public`: regular holidays. `optional`: special non-working days. The library's observances are working days, and left out. */
const KINDS = ['public', 'optional']

/** `sql/reference/ph/holidays.csv`, made from the library: `node scripts/reference/holidays.ts > sql/reference/ph/holidays.csv`. */
export function holidaysCsv(): string {
  const calendar = new Holidays('PH', { languages: ['en'] })
  const lines: string[] = []
  for (let year = FIRST_YEAR; year <= LAST_YEAR; year++) {
    for (const { date, name, type } of calendar.getHolidays(year)) {
      if (KINDS.includes(type)) lines.push(`${date.slice(0, 10)},${quoted(name)},${type}`)
    }
  }
  return `date,name,kind\n${[...new Set(lines)].sort().join('\n')}\n`
}

function quoted(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.stdout.write(holidaysCsv())
