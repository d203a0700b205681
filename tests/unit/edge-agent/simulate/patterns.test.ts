import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dayFromIso } from '../../../../app/domain/time.ts'
import { dayFactor, weekday } from '../../../../edge-agent/simulate/calendar.ts'
import { chooseCities, storesPerCity } from '../../../../edge-agent/simulate/choose-cities.ts'
import { poisson, Weighted } from '../../../../edge-agent/simulate/distributions.ts'
import { holidaysOf } from '../../../../edge-agent/simulate/ph/holidays.ts'
import { readCities } from '../../../../edge-agent/simulate/places.ts'
import { Random } from '../../../../edge-agent/simulate/random.ts'
import { type SimulatedFolder, SMALL, simulatedFolder } from '../support/simulation.ts'

const cities = readCities()

describe('where and when a simulation sells', () => {
  it('is in every region, in the most populous city of each, and in as many cities as asked for', () => {
    for (const count of [18, 300, 1_200]) {
      const chosen = chooseCities(cities, count, 7)
      expect(chosen).toHaveLength(count)
      expect(new Set(chosen.map(city => city.regionCode)).size).toBe(18)
    }
    const stores = storesPerCity(chooseCities(cities, 300, 7), 1_000)
    expect(stores.reduce((sum, count) => sum + count, 0)).toBe(1_000)
    expect(Math.min(...stores)).toBe(1)
  })

  it('knows Easter and the last Monday of August', () => {
    const good = (year: number, day: string) => holidaysOf(year).get(dayFromIso(`${year}-${day}`))
    expect([good(2024, '03-29'), good(2025, '04-18'), good(2026, '04-03'), good(2027, '03-26')]).toEqual(
      Array(4).fill('quiet'),
    )
    expect([good(2025, '08-25'), good(2026, '08-31')]).toEqual(['off', 'off'])
  })

  it('sells more on Saturdays, paydays and feasts than on the days around them', () => {
    const factor = (day: string) => dayFactor(dayFromIso(day))
    expect(weekday(dayFromIso('2026-01-24'))).toBe(5)
    expect(factor('2026-01-24')).toBeGreaterThan(factor('2026-01-20'))
    expect(factor('2026-01-15')).toBeGreaterThan(factor('2026-01-08'))
    expect(factor('2026-02-28')).toBeGreaterThan(factor('2026-02-21'))
    expect(factor('2025-12-25')).toBeGreaterThan(factor('2025-12-11'))
    expect(factor('2026-04-03')).toBeLessThan(0.6 * factor('2026-04-10'))
  })

  it('draws in proportion to weights, and as often as the mean says', () => {
    const random = new Random('draws')
    const table = new Weighted(['a', 'b'], member => (member === 'a' ? 1 : 3))
    const drawn = Array.from({ length: 10_000 }, () => table.draw(random))
    expect(drawn.filter(member => member === 'b').length / 10_000).toBeCloseTo(0.75, 1)
    for (const mean of [0.2, 3, 80]) {
      const counts = Array.from({ length: 5_000 }, () => poisson(random, mean))
      expect(counts.reduce((sum, count) => sum + count, 0) / 5_000 / mean).toBeCloseTo(1, 1)
    }
  })

  describe('over a quarter of a year', () => {
    let made: SimulatedFolder
    let cityOfStore: Map<string | undefined, string | undefined>
    const removals: (() => void)[] = []

    beforeAll(async () => {
      const settings = { ...SMALL, salesPerDay: 300, clean: true }
      made = await simulatedFolder(settings, removal => void removals.push(removal))
      cityOfStore = new Map(
        made.rows('stores.csv').map(row => [row.store_id, `${row.city}, ${row.province}`]),
      )
    })
    afterAll(() => {
      for (const remove of removals) remove()
    })

    it('sells to cities as people live there', () => {
      const people = new Map(cities.map(city => [`${city.name}, ${city.province}`, city.population]))
      const sales = new Map<string, number>()
      for (const line of made.lines()) {
        const city = cityOfStore.get(/ST-\d{5}/.exec(line)?.[0]) ?? ''
        sales.set(city, (sales.get(city) ?? 0) + 1)
      }
      const selling = [...new Set(cityOfStore.values())].map(city => ({
        people: people.get(city ?? '') ?? 0,
        sales: sales.get(city ?? '') ?? 0,
      }))
      expect(selling).toHaveLength(SMALL.cities)
      expect(
        correlation(
          selling.map(city => city.people),
          selling.map(city => city.sales),
        ),
      ).toBeGreaterThan(0.9)
    })

    it('sells what goes together: coffee with sugar, noodles with eggs, soft drinks with chips', () => {
      const needOf = new Map(made.rows('products.csv').map(row => [row.product_name, row.subcategory]))
      const baskets = made.lines().flatMap(line => {
        const { sale } = JSON.parse(line)
        const lines: { product_name: string }[] = sale.lines ?? sale.items ?? []
        return lines.length === 0 ? [] : [new Set(lines.map(({ product_name }) => needOf.get(product_name)))]
      })
      const share = (need: string) => baskets.filter(basket => basket.has(need)).length / baskets.length
      for (const [a, b] of [
        ['coffee', 'sugar'],
        ['noodles', 'egg'],
        ['softdrink', 'chips'],
      ] as const) {
        const both = baskets.filter(basket => basket.has(a) && basket.has(b)).length / baskets.length
        expect(both / (share(a) * share(b)), `${a} with ${b}`).toBeGreaterThan(1.5)
      }
    })

    it('knows customers who come again, and some who stop', () => {
      const visits = new Map<string, string[]>()
      for (const line of made.lines()) {
        const { sale } = JSON.parse(line)
        if (sale.customer_id === undefined) continue
        const day = String(sale.sold_at ?? sale.ts_utc ?? sale.timestamp).slice(0, 10)
        visits.set(sale.customer_id, [...(visits.get(sale.customer_id) ?? []), day])
      }
      const often = [...visits.values()].filter(days => days.length >= 5)
      expect(often.length).toBeGreaterThan(visits.size / 10)
      expect(often.filter(days => (days.at(-1) ?? '') < '2025-10-25').length).toBeGreaterThan(0)
    })
  })
})

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [ma, mb] = [mean(a), mean(b)]
  const covariance = mean(a.map((value, i) => (value - ma) * ((b[i] ?? 0) - mb)))
  const deviation = (values: readonly number[], m: number) =>
    Math.sqrt(mean(values.map(value => (value - m) ** 2)))
  return covariance / (deviation(a, ma) * deviation(b, mb))
}
