import type { Catalogue, Painting } from '../../../app/contracts/worker.ts'
import type { Level, Place } from '../../../app/domain/geography.ts'
import { placeCode } from '../../../app/domain/ids.ts'

/** A small country: regions R1, R2; provinces R1P1, R1P2, R2P1; two cities in each. */
export const catalogue: Catalogue = {
  pack: {
    pack: 'small',
    title: 'Smallland',
    vintage: '2026',
    currency: { code: 'PHP', symbol: '₱' },
    timeZone: 'Asia/Manila',
    locale: 'en-PH',
    populationYear: 2020,
    attribution: '',
    levels: {
      region: { one: 'Region', many: 'Regions' },
      province: { one: 'Province', many: 'Provinces' },
      city: { one: 'City', many: 'Cities' },
    },
    bounds: [0, 0, 10, 10],
  },
  places: {
    region: [place('region', 'R1', null), place('region', 'R2', null)],
    province: [
      place('province', 'R1P1', 'R1'),
      place('province', 'R1P2', 'R1'),
      place('province', 'R2P1', 'R2'),
    ],
    city: ['R1P1', 'R1P2', 'R2P1'].flatMap(parent => [
      place('city', `${parent}C1`, parent),
      place('city', `${parent}C2`, parent),
    ]),
  },
}

export function code(text: string) {
  return placeCode.parse(text)
}

function place(level: Level, text: string, parent: string | null): Place {
  return {
    code: code(text),
    level,
    name: `Place ${text}`,
    aliases: [],
    parent: parent === null ? null : code(parent),
    region: code(text.slice(0, 2)),
    province: level === 'region' ? null : code(text.slice(0, 4)),
    population: 1000,
    areaSqkm: 100,
    incomeClass: null,
    isCity: level === 'city',
    lon: 5,
    lat: 5,
  }
}

/** A painting with these values and one sale each. */
export function paintingOf(values: readonly number[]): Painting {
  const sales = Float64Array.from(values, value => (Number.isFinite(value) ? 1 : 0))
  const value = values.reduce((sum, one) => sum + (Number.isFinite(one) ? one : 0), 0)
  const one = { sales: 1, priced_sales: 1, units: 1, active_stores: 1, population: 1 }
  const measures = { ...one, net_sales: value, cluster_sales: 1, clustered_sales: 1 }
  return {
    values: Float64Array.from(values),
    sales,
    pricedSales: sales.slice(),
    total: { value, measures },
    ignoredFilters: [],
  }
}
