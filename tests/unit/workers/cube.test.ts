import { tableFromIPC } from 'apache-arrow'
import fc from 'fast-check'
import { readParquet } from 'parquet-wasm'
import { describe, expect, it } from 'vitest'
import { FILTER_DIMENSIONS, type Filters } from '../../../app/domain/filters.ts'
import { LEVELS, type Level } from '../../../app/domain/geography.ts'
import { type PlaceCode, placeCode } from '../../../app/domain/ids.ts'
import { evaluate, METRIC_IDS, METRICS, type Measures } from '../../../app/domain/metrics.ts'
import type { Selection } from '../../../app/domain/selection.ts'
import { BasketDaysBuilder } from '../../../workers/cube/basket-days.ts'
import { Cube } from '../../../workers/cube/cube.ts'
import { Geography } from '../../../workers/cube/geography.ts'
import { readPlaces } from '../../../workers/cube/places.ts'
import { SalesBuilder } from '../../../workers/cube/sales-builder.ts'
import { StoreDaysBuilder } from '../../../workers/cube/store-days.ts'
import { PLACES, partitionOf, placesPartition } from './small-publication.ts'

const FIRST_DAY = 20_000
const DAYS = 12
const CITIES = PLACES.filter(([, level]) => level === 'city').map(([code]) => code)

const read = (parquet: Uint8Array) => readParquet(parquet).intoIPCStream()
const batches = (file: { bytes: Uint8Array }) => tableFromIPC(read(file.bytes)).batches
const places = readPlaces(read, placesPartition().bytes)
const geography = new Geography(places, null)

interface Sale {
  readonly place: string
  readonly day: number
  readonly dimensions: readonly (string | null)[]
  readonly sales: number
  readonly priced: number
  readonly cents: number
  readonly units: number
}
interface Baskets {
  readonly place: string
  readonly day: number
  readonly cluster: string
  readonly sales: number
}
interface StoreDay {
  readonly store: string
  readonly place: string
  readonly day: number
}

const VALUES: Readonly<Record<(typeof FILTER_DIMENSIONS)[number], readonly (string | null)[]>> = {
  time_of_day: ['morning', 'night', null],
  channel: ['counter', 'delivery'],
  customer_type: [null, 'regular'],
  category: ['Snacks', 'Beverages', 'Soap', null],
}

const day = fc.integer({ min: FIRST_DAY, max: FIRST_DAY + DAYS - 1 })
const sale: fc.Arbitrary<Sale> = fc
  .record({
    place: fc.constantFrom(...CITIES),
    day,
    dimensions: fc.tuple(...FILTER_DIMENSIONS.map(dimension => fc.constantFrom(...VALUES[dimension]))),
    sales: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 70_000 })),
    pricedShare: fc.constantFrom(0, 0.5, 1),
    cents: fc.oneof(fc.integer({ min: -500, max: 50_000 }), fc.integer({ min: 0, max: 9_000_000_000_000 })),
    units: fc.integer({ min: -5, max: 400 }),
  })
  .map(({ pricedShare, cents, ...rest }) => {
    const priced = Math.floor(rest.sales * pricedShare)
    return { ...rest, priced, cents: priced > 0 ? cents : 0 }
  })
const storeDay: fc.Arbitrary<StoreDay> = fc.record({
  store: fc.constantFrom('s1', 's2', 's3', 's4', 's5', 's6'),
  place: fc.constant(''),
  day,
})
const baskets: fc.Arbitrary<Baskets> = fc.record({
  place: fc.constantFrom(...CITIES),
  day,
  cluster: fc.constantFrom('b2', 'no_items', 'b1'),
  sales: fc.integer({ min: 1, max: 70_000 }),
})
/** Each store stands in one city. */
const homeOf = (store: string) => CITIES[Number(store.slice(1)) % CITIES.length] ?? ''

const filters: fc.Arbitrary<Filters> = fc.record(
  {
    time_of_day: fc.subarray([...VALUES.time_of_day]),
    channel: fc.subarray([...VALUES.channel]),
    customer_type: fc.subarray([...VALUES.customer_type]),
    category: fc.subarray([...VALUES.category]),
  },
  { requiredKeys: [] },
)
const within = fc.constantFrom<PlaceCode | null>(null, ...PLACES.map(([code]) => placeCode.parse(code)))
const selection: fc.Arbitrary<Selection> = fc.record({
  metric: fc.constantFrom(...METRIC_IDS),
  level: fc.constantFrom(...LEVELS),
  within,
  range: fc
    .tuple(fc.integer({ min: -3, max: DAYS + 3 }), fc.integer({ min: -3, max: DAYS + 3 }))
    .map(([a, b]) => ({ from: FIRST_DAY + Math.min(a, b), to: FIRST_DAY + Math.max(a, b) })),
  filters,
  cluster: fc.constantFrom('b1', 'b2', 'no_items', 'b9', null),
})

/** Rows dealt to partitions at random, each sorted as it is published. */
const facts = fc.record({
  sales: fc.array(sale, { maxLength: 60 }),
  storeDays: fc.uniqueArray(storeDay, { selector: ({ store, day: on }) => `${store} ${on}`, maxLength: 40 }),
  baskets: fc.array(baskets, { maxLength: 60 }),
  partitions: fc.integer({ min: 1, max: 3 }),
})

function cubeOf({
  sales,
  storeDays,
  baskets,
  partitions,
}: {
  sales: Sale[]
  storeDays: StoreDay[]
  baskets: Baskets[]
  partitions: number
}): Cube {
  const salesBuilder = new SalesBuilder(geography.cities)
  const storeBuilder = new StoreDaysBuilder(geography.cities)
  for (let part = 0; part < partitions; part++) {
    const rows = sales
      .filter((_, at) => at % partitions === part)
      .toSorted((a, b) => (a.place === b.place ? a.day - b.day : a.place < b.place ? -1 : 1))
      .map(row => [row.place, row.day, ...row.dimensions, row.sales, row.priced, row.cents / 100, row.units])
    for (const batch of batches(partitionOf('gold.sales_cube', null, rows))) salesBuilder.add(batch)
    const days = storeDays
      .filter((_, at) => at % partitions === part)
      .map(({ store, day: on }) => [store, homeOf(store), on, 1, 1, 1])
    for (const batch of batches(partitionOf('gold.store_days', null, days))) storeBuilder.add(batch)
  }
  return new Cube(salesBuilder.build(), storeBuilder.build(), basketDaysOf(baskets, partitions), geography)
}

function basketDaysOf(baskets: readonly Baskets[], partitions: number) {
  const builder = new BasketDaysBuilder(geography.cities)
  for (let part = 0; part < partitions; part++) {
    const rows = baskets
      .filter((_, at) => at % partitions === part)
      .map(({ place, day: on, cluster, sales }) => {
        const position = cluster === 'no_items' ? null : Number(cluster.slice(1))
        return [
          place,
          on,
          cluster,
          sales,
          0,
          0,
          cluster,
          `About ${cluster}`,
          position,
          position && 0.5,
          0.9,
          4000,
        ]
      })
    for (const batch of batches(partitionOf('platinum.basket_clusters', null, rows))) builder.add(batch)
  }
  return builder.build()
}

// ---- The oracle: one row at a time, in whole centavos by BigInt

function ancestorOf(city: string, level: Level): string | null {
  const row = PLACES.find(([code]) => code === city)
  return level === 'city' ? city : level === 'region' ? (row?.[4] ?? null) : (row?.[5] ?? null)
}

function lies(city: string, place: string | null): boolean {
  return place === null || LEVELS.some(level => ancestorOf(city, level) === place)
}

function expected(
  all: { sales: Sale[]; storeDays: StoreDay[]; baskets: Baskets[] },
  asked: Selection,
  inside: (city: string) => boolean,
  population: number,
): Measures {
  const metric = METRICS[asked.metric]
  const passes = ({ dimensions }: Sale) =>
    FILTER_DIMENSIONS.every((dimension, at) => {
      const wanted = metric.cutBy.includes(dimension) ? asked.filters[dimension] : undefined
      return wanted === undefined || wanted.includes(dimensions[at] ?? null)
    })
  const inRange = ({ day: on }: { day: number }) => on >= asked.range.from && on <= asked.range.to
  const rows = all.sales.filter(row => inRange(row) && inside(row.place) && passes(row))
  const sum = (of: (row: Sale) => number) => Number(rows.reduce((total, row) => total + BigInt(of(row)), 0n))
  const filtered = Object.keys(asked.filters).some(dimension => metric.cutBy.some(cut => cut === dimension))
  const stores = new Set(
    all.storeDays.filter(row => inRange(row) && inside(homeOf(row.store))).map(({ store }) => store),
  )
  const kind = (asks: (row: Baskets) => boolean) =>
    metric.numerator === 'cluster_sales'
      ? all.baskets
          .filter(row => inRange(row) && inside(row.place) && asks(row))
          .reduce((total, row) => total + row.sales, 0)
      : 0
  return {
    sales: sum(row => row.sales),
    priced_sales: sum(row => row.priced),
    net_sales: sum(row => row.cents) / 100,
    units: sum(row => row.units),
    active_stores: filtered ? Number.NaN : stores.size,
    population,
    cluster_sales: kind(({ cluster }) => cluster === asked.cluster),
    clustered_sales: kind(({ cluster }) => cluster !== 'no_items'),
  }
}

function populationOf(code: string | null): number {
  const of = (place: string) => PLACES.find(([known]) => known === place)?.[6] ?? 0
  return code === null ? of('R1') + of('R2') : of(code)
}

describe('the cube', () => {
  it('paints what counting row by row gives, at any level, of any range, place and filter, to the centavo', () =>
    fc.assert(
      fc.property(facts, fc.array(selection, { minLength: 1, maxLength: 6 }), (all, selections) => {
        const cube = cubeOf(all)
        for (const asked of selections) {
          const painting = cube.paint(asked)
          const metric = METRICS[asked.metric]
          const total = expected(all, asked, city => lies(city, asked.within), populationOf(asked.within))
          expect(painting.total.measures).toEqual(total)
          expect(painting.total.value).toBe(evaluate(metric, total))
          for (const [ordinal, { code }] of places[asked.level].entries()) {
            const one = expected(
              all,
              asked,
              city => ancestorOf(city, asked.level) === code,
              populationOf(code),
            )
            expect(painting.values[ordinal]).toBe(evaluate(metric, one))
            expect(painting.sales[ordinal]).toBe(one.sales)
            expect(painting.pricedSales[ordinal]).toBe(one.priced_sales)
          }
          expect(painting.values).toHaveLength(places[asked.level].length)
        }
      }),
      { numRuns: 150 },
    ))

  it('gives the same day by day', () =>
    fc.assert(
      fc.property(facts, selection, (all, asked) => {
        const cube = cubeOf(all)
        const { from, values } = cube.daily(asked)
        expect(values).toHaveLength(cube.info.days ? cube.info.days.to - cube.info.days.from + 1 : 0)
        for (const [at, value] of values.entries()) {
          const range = { from: from + at, to: from + at }
          const one = expected(
            all,
            { ...asked, range },
            city => lies(city, asked.within),
            populationOf(asked.within),
          )
          expect(value).toBe(evaluate(METRICS[asked.metric], one))
        }
      }),
      { numRuns: 60 },
    ))

  it('says which filters a metric cannot be cut by, and leaves them out', () => {
    const all = {
      sales: [],
      baskets: [],
      storeDays: [{ store: 's1', place: '', day: FIRST_DAY }],
      partitions: 1,
    }
    const range = { from: FIRST_DAY, to: FIRST_DAY }
    const painting = cubeOf(all).paint({
      metric: 'active_stores',
      level: 'city',
      within: null,
      range,
      filters: { channel: ['counter'], category: [] },
    })
    expect(painting.ignoredFilters).toEqual(['channel', 'category'])
    expect(painting.total.measures.active_stores).toBe(1)
  })

  it('lists the values that occur, sorted, unknown last', () => {
    const row: Sale = {
      place: CITIES[0] ?? '',
      day: FIRST_DAY,
      dimensions: [],
      sales: 1,
      priced: 1,
      cents: 1,
      units: 1,
    }
    const sales = [
      { ...row, dimensions: [null, 'counter', null, 'Snacks'] },
      { ...row, dimensions: ['night', 'counter', null, 'Beverages'] },
    ]
    expect(cubeOf({ sales, storeDays: [], baskets: [], partitions: 1 }).info.values).toEqual({
      time_of_day: ['night', null],
      channel: ['counter'],
      customer_type: [null],
      category: ['Beverages', 'Snacks'],
    })
  })

  it('divides by the population of what the person may see', () => {
    const scoped = new Geography(places, [placeCode.parse('R1')])
    expect(scoped.population(null)).toBe(1000)
    expect(geography.population(null)).toBe(3000)
  })

  it('refuses a row of a place that the geography does not have', () => {
    const rows = [['nowhere', FIRST_DAY, null, null, null, null, 1, 1, 1, 1]]
    const builder = new SalesBuilder(geography.cities)
    const [batch] = batches(partitionOf('gold.sales_cube', null, rows))
    if (!batch) throw new Error('a partition has a batch')
    expect(() => builder.add(batch)).toThrow(expect.objectContaining({ code: 'partition_invalid' }))
  })
})
