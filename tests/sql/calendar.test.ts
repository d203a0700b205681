import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FIRST_YEAR, holidaysCsv, LAST_YEAR } from '../../scripts/reference/holidays.ts'
import { sqlDirectory } from '../../sync-server/database/sql-directory.ts'
import { openPack, packDirectory } from '../../sync-server/reference/pack-files.ts'
import { forEachEngine } from '../support/database.ts'

describe('the calendar', () => {
  it('has the holidays that the library computes, for the years that the pack says', () => {
    const file = readFileSync(join(sqlDirectory(), 'reference/ph/holidays.csv'), 'utf8')
    expect(file).toBe(holidaysCsv())
    expect(openPack(packDirectory('ph')).manifest.holidays).toEqual({
      file: 'holidays.csv',
      firstYear: FIRST_YEAR,
      lastYear: LAST_YEAR,
    })
  })

  forEachEngine(database => {
    const query = async (sql: string) => (await database().pool.query(sql)).rows

    it('knows of each day within those years whether it is a holiday, and of no other', async () => {
      const years = await query(`
        select is_holiday is null as unknown, min(year) as from, max(year) as to, count(*) filter (where is_holiday) as holidays
        from scout.dim_date group by 1 order by 1`)
      expect(years).toEqual([
        { unknown: false, from: FIRST_YEAR, to: LAST_YEAR, holidays: 447 },
        { unknown: true, from: LAST_YEAR + 1, to: 2039, holidays: 0 },
      ])
    })

    it('names them, and both where two fall on one day', async () => {
      const named = await query(`
        select date_key, is_holiday, holiday_name from scout.dim_date
        where date_key in ('2025-08-21', '2025-08-22', '2023-04-09') order by 1`)
      expect(named).toEqual([
        { date_key: '2023-04-09', is_holiday: true, holiday_name: 'Day of Valor / Easter Sunday' },
        { date_key: '2025-08-21', is_holiday: true, holiday_name: 'Ninoy Aquino Day' },
        { date_key: '2025-08-22', is_holiday: false, holiday_name: null },
      ])
    })

    it('counts fiscal periods as the pack does: from January', async () => {
      const odd = await query(`
        select date_key from scout.dim_date
        where (fiscal_year, fiscal_quarter, fiscal_month) is distinct from (year, quarter, month)`)
      expect(odd).toEqual([])
    })
  })
})
