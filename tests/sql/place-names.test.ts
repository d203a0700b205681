import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { forEachEngine } from '../support/database.ts'
import { CITIES, REGIONS, UNKNOWN_REGIONS } from './place-name-cases.ts'

interface StoreRow {
  readonly store_id: string
  readonly region_name: string
  readonly city: string
}
const stores: StoreRow[] = parse(readFileSync(join(import.meta.dirname, '../../sample/stores.csv')), {
  columns: true,
})

describe('place names', () => {
  forEachEngine(database => {
    const query = async (sql: string, values: unknown[]) => (await database().pool.query(sql, values)).rows

    it.each(REGIONS)('reads the region %j as %s', async (name, code) => {
      expect(await query('select code from scout.norm_region($1)', [name])).toEqual([{ code }])
    })

    it.each(UNKNOWN_REGIONS)('gives no region for %j, and never the text itself', async name => {
      expect(await query('select code, how from scout.norm_region($1)', [name])).toEqual([
        { code: null, how: null },
      ])
    })

    it('says how a region was found', async () => {
      const rows = await query('select how from scout.norm_regions($1) order by ord', [
        ['Ilocos Region', 'NCR', 'Southern Mindanao', '1300000000', '100000000'],
      ])
      expect(rows.map(row => row.how)).toEqual(['name', 'alias', 'old name', 'code', null])
    })

    it.each(CITIES)('reads the city %j in %j, %j as %s', async (city, province, region, code) => {
      const [row] = await query('select code, candidates from scout.norm_citymun($1, $2, $3)', [
        city,
        province,
        region,
      ])
      expect(row?.code).toBe(code)
      // Either it is found, or it says what it may be.
      expect(row?.candidates === null).toBe(code !== null)
    })

    it('names the candidates of an ambiguous city', async () => {
      const [row] = await query('select * from scout.norm_citymun($1)', ['San Fernando'])
      expect(row).toMatchObject({ code: null, how: null })
      expect(row?.candidates).toEqual(expect.arrayContaining(['0103314000', '0305416000', '0702241000']))
      expect(row?.candidates.length).toBeGreaterThanOrEqual(7)
    })

    it('gives the same answers for many names as for one', async () => {
      const rows = await query('select code from scout.norm_citymuns($1, $2, $3) order by ord', [
        CITIES.map(([city]) => city),
        CITIES.map(([, province]) => province),
        CITIES.map(([, , region]) => region),
      ])
      expect(rows.map(row => row.code)).toEqual(CITIES.map(([, , , code]) => code))
    })

    it('normalises all 17 region names of the sample', async () => {
      const names = [...new Set(stores.map(store => store.region_name))]
      expect(names).toHaveLength(17)
      const rows = await query('select code from scout.norm_regions($1)', [names])
      expect(new Set(rows.map(row => row.code)).size).toBe(17)
      expect(rows.every(row => /^\d{10}$/.test(row.code))).toBe(true)
    })

    it('finds all 1,299 stores of the sample, 1,020 of them by the name of the city alone', async () => {
      const cities = stores.map(store => store.city)
      const none = stores.map(() => null)
      const placed = await query('select code from scout.norm_citymuns($1, $2, $3)', [
        cities,
        none,
        stores.map(store => store.region_name),
      ])
      expect(placed.filter(row => row.code !== null)).toHaveLength(1299)
      const alone = await query('select code from scout.norm_citymuns($1, $2, $2)', [cities, none])
      const byParentheses = stores.filter(store => store.city.includes('(')).length
      expect(alone.filter(row => row.code !== null)).toHaveLength(1020 + byParentheses)
    })

    it("reports today's region of a place that is found under an earlier one", async () => {
      const rows = await query(
        `select p.region_code from scout.norm_citymun('Bacolod City', null, 'Western Visayas (Region VI)') c
         join scout.geo_place p on p.code = c.code`,
        [],
      )
      expect(rows).toEqual([{ region_code: '1800000000' }])
    })
  })
})
