import type { Transaction } from '../database/pool.ts'
import { field, invalid, type PackFiles, readRows } from './pack-files.ts'

/** Fills in the calendar what a pack knows of it: non-working days, and how fiscal periods lie. */
export async function writeCalendar(tx: Transaction, pack: PackFiles): Promise<void> {
  const { holidays, fiscalYearStartMonth } = pack.manifest
  const rows = readRows(pack, holidays.file)
  const dates = rows.map(row => field(row, 'date', holidays.file))
  const outside = dates.find(date => !isBetween(Number(date.slice(0, 4)), holidays))
  if (outside !== undefined) throw invalid(holidays.file, `${outside} lies outside the years it covers`)
  await tx.query(
    `with named as (
       select h.date_key, string_agg(distinct h.name, ' / ' order by h.name) as name
       from unnest($1::date[], $2::text[]) as h (date_key, name)
       group by h.date_key
     ),
     fiscal as (
       select d.date_key, d.date_key - make_interval(months => $5::integer - 1) as shifted from scout.dim_date d
     )
     update scout.dim_date d set
       is_holiday = case when d.year between $3::integer and $4::integer then n.date_key is not null end,
       holiday_name = n.name,
       fiscal_year = extract(year from f.shifted)::integer + ($5::integer > 1)::integer,
       fiscal_quarter = extract(quarter from f.shifted)::integer,
       fiscal_month = extract(month from f.shifted)::integer
     from fiscal f
     left join named n on n.date_key = f.date_key
     where f.date_key = d.date_key`,
    [
      dates,
      rows.map(row => field(row, 'name', holidays.file)),
      holidays.firstYear,
      holidays.lastYear,
      fiscalYearStartMonth,
    ],
  )
}

function isBetween(year: number, { firstYear, lastYear }: PackFiles['manifest']['holidays']): boolean {
  return year >= firstYear && year <= lastYear
}
