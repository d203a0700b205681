import type { City } from './places.ts'
import { Random } from './random.ts'

/**
 * Draws `count` cities, the more people the likelier (Efraimidis and Spirakis 2006), among them the most populous of each region, so
 * that none is left out while there are as many cities as regions. By code.
 */
export function chooseCities(cities: readonly City[], count: number, seed: number): City[] {
  const largest = new Map<string, City>()
  for (const city of cities) {
    if (city.population > (largest.get(city.regionCode)?.population ?? 0)) largest.set(city.regionCode, city)
  }
  const capitals = new Set(largest.values())
  const ranked = cities
    .map(city => {
      const drawn = new Random(seed, 'city', city.code).next()
      return { city, rank: capitals.has(city) ? 1 : Math.log(1 - drawn) / city.population }
    })
    .sort((a, b) => b.rank - a.rank || (a.city.code < b.city.code ? -1 : 1))
  return ranked
    .slice(0, count)
    .map(({ city }) => city)
    .sort((a, b) => (a.code < b.code ? -1 : 1))
}

/** How many stores each city gets: one each, and the others by population, by the largest remainder. */
export function storesPerCity(cities: readonly City[], stores: number): number[] {
  const population = cities.reduce((sum, city) => sum + city.population, 0)
  const left = Math.max(0, stores - cities.length)
  const shares = cities.map(city => (left * city.population) / population)
  const counts = shares.map(share => 1 + Math.floor(share))
  const byRemainder = shares
    .map((share, i) => ({ i, remainder: share - Math.floor(share) }))
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i)
  const given = counts.reduce((sum, count) => sum + count, 0)
  for (const { i } of byRemainder.slice(0, Math.max(0, stores - given))) counts[i] = (counts[i] ?? 0) + 1
  return counts
}
