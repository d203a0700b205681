import type { BasketMix, CubeInfo, DailySeries, Painting } from '../../app/contracts/worker.ts'
import { type FilterDimension, type Filters, unsupportedFilters } from '../../app/domain/filters.ts'
import type { Level } from '../../app/domain/geography.ts'
import type { PlaceCode } from '../../app/domain/ids.ts'
import { evaluate, METRICS, type Measures, type Metric } from '../../app/domain/metrics.ts'
import type { Selection } from '../../app/domain/selection.ts'
import type { DayRange } from '../../app/domain/time.ts'
import { ActiveStores } from './active-stores.ts'
import { BasketCounts } from './basket-counts.ts'
import type { BasketDays } from './basket-days.ts'
import { passing } from './combos.ts'
import { DayIndex } from './day-index.ts'
import { FACT_LEVEL, type Geography } from './geography.ts'
import { type SalesColumns, SUMMED, type Summed } from './sales-columns.ts'
import type { StoreDays } from './store-days.ts'

const CENTS = 100

/**
 * Answers selections. Two indexes are kept: one of everything, one of the filter used last; a date range is two look-ups a place in
 * either.
 */
export class Cube {
  readonly #sales: SalesColumns
  readonly #stores: ActiveStores
  readonly #storeDays: StoreDays
  readonly #baskets: BasketCounts
  readonly #geography: Geography
  readonly #everything: DayIndex
  readonly #filtered: DayIndex
  #lastTerritory: Territory | undefined
  readonly #slotsByLevel = new Map<Level, Int32Array>()

  constructor(sales: SalesColumns, storeDays: StoreDays, baskets: BasketDays, geography: Geography) {
    this.#sales = sales
    this.#storeDays = storeDays
    this.#baskets = new BasketCounts(baskets, geography.counts[FACT_LEVEL])
    this.#geography = geography
    this.#stores = new ActiveStores(storeDays, geography.counts[FACT_LEVEL])
    this.#everything = new DayIndex(sales, null)
    this.#filtered = new DayIndex(sales, this.#everything)
  }

  get info(): Omit<CubeInfo, 'anomalies' | 'clusters'> {
    const { rows, days, firstDay, combos } = this.#sales
    return {
      rows,
      bytes: this.bytes,
      days: days > 0 ? { from: firstDay, to: firstDay + days - 1 } : null,
      values: combos.values,
    }
  }

  /** What the columns and both indexes take. */
  get bytes(): number {
    const { offsets, place: placeOfRow, places } = this.#sales
    const columns = [offsets, placeOfRow, places, ...SUMMED.map(name => this.#sales[name])]
    const { offsets: dayOffsets, place, previous, next } = this.#storeDays
    const arrays = [...columns, dayOffsets, place, previous, next]
    return arrays.reduce(
      (sum, array) => sum + array.byteLength,
      this.#everything.bytes + this.#filtered.bytes + this.#baskets.bytes,
    )
  }

  paint(selection: Selection): Painting {
    const metric = METRICS[selection.metric]
    const { filters, ignored } = honoured(metric, selection.filters)
    const index = this.#indexOf(filters)
    const stores = this.#stores.in(selection.range)
    const [from, to] = this.#daysOf(selection.range)

    const count = this.#geography.counts[selection.level]
    const slots = this.#slots(selection.level)
    const sum = (name: Summed) => {
      const sums = new Float64Array(count + 1)
      index.addRange(name, from, to, slots, sums)
      return sums.subarray(0, count)
    }
    const sales = sum('sales')
    const pricedSales = sum('pricedSales')
    const netCents = sum('netCents')
    const active = new Float64Array(count + 1)
    if (metric.numerator === 'active_stores') addUp(stores, this.#geography.rollUp(selection.level), active)
    const populations = this.#geography.populations(selection.level)
    const kinds = this.#kinds(selection, this.#geography.rollUp(selection.level), count)

    const values = new Float64Array(count)
    const of: Mutable<Measures> = { ...NOTHING }
    for (let ordinal = 0; ordinal < count; ordinal++) {
      of.sales = sales[ordinal] as number
      of.priced_sales = pricedSales[ordinal] as number
      of.net_sales = (netCents[ordinal] as number) / CENTS
      of.active_stores = active[ordinal] as number
      of.population = populations[ordinal] as number
      of.cluster_sales = kinds?.asked[ordinal] ?? 0
      of.clustered_sales = kinds?.any[ordinal] ?? 0
      values[ordinal] = evaluate(metric, of)
    }
    const measures = {
      ...this.#total(index, from, to, selection.within, hasAny(filters) ? null : stores),
      ...this.#totalKinds(selection),
    }
    return {
      values,
      sales,
      pricedSales,
      total: { value: evaluate(metric, measures), measures },
      ignoredFilters: ignored,
    }
  }

  daily(selection: Omit<Selection, 'range' | 'level'>): DailySeries {
    const metric = METRICS[selection.metric]
    const index = this.#indexOf(honoured(metric, selection.filters).filters)
    const { cities, inside, population } = this.#territory(selection.within)
    const sales = index.byDay('sales', inside)
    const pricedSales = index.byDay('pricedSales', inside)
    const netCents = index.byDay('netCents', inside)
    const stores = metric.numerator === 'active_stores' ? this.#stores.byDay(cities) : null
    const kinds = this.#kindsByDay(selection, metric, cities)
    const shift = this.#sales.firstDay - this.#storeDays.firstDay
    const values = sales.map((_, day) =>
      evaluate(metric, {
        sales: sales[day] as number,
        priced_sales: pricedSales[day] as number,
        net_sales: (netCents[day] as number) / CENTS,
        units: 0,
        active_stores: stores?.[day + shift] ?? 0,
        population,
        cluster_sales: kinds?.asked[day] ?? 0,
        clustered_sales: kinds?.any[day] ?? 0,
      }),
    )
    return { from: this.#sales.firstDay, values }
  }

  baskets({ within, range }: Pick<Selection, 'within' | 'range'>): BasketMix {
    return { sales: this.#baskets.mix(range, this.#territory(within).cities) }
  }

  /** Sales of the kind asked for and of any kind, by slot; null where the metric does not ask. */
  #kinds(
    { metric, cluster, range }: Pick<Selection, 'metric' | 'cluster' | 'range'>,
    slots: ArrayLike<number>,
    count: number,
  ): Kinds | null {
    if (METRICS[metric].numerator !== 'cluster_sales') return null
    return {
      asked: this.#baskets.sum(range, this.#baskets.position(cluster), slots, count),
      any: this.#baskets.sum(range, null, slots, count),
    }
  }

  #totalKinds(selection: Selection): Pick<Measures, 'cluster_sales' | 'clustered_sales'> {
    const { cities } = this.#territory(selection.within)
    // Slot 1 is inside.
    const kinds = this.#kinds(selection, cities, 2)
    return { cluster_sales: kinds?.asked[1] ?? 0, clustered_sales: kinds?.any[1] ?? 0 }
  }

  #kindsByDay({ cluster }: Pick<Selection, 'cluster'>, metric: Metric, cities: Uint8Array): Kinds | null {
    if (metric.numerator !== 'cluster_sales') return null
    const { firstDay, days } = this.#sales
    return {
      asked: this.#baskets.byDay(this.#baskets.position(cluster), cities, firstDay, days),
      any: this.#baskets.byDay(null, cities, firstDay, days),
    }
  }

  /** The measures of `within`. Stores are counted unfiltered: under a filter (`stores` is null) their number is not known. */
  #total(
    index: DayIndex,
    from: number,
    to: number,
    within: PlaceCode | null,
    stores: Int32Array | null,
  ): Measures {
    const { cities, inside, population } = this.#territory(within)
    const active = new Float64Array(2)
    if (stores) addUp(stores, cities, active)
    return {
      sales: index.total('sales', from, to, inside),
      priced_sales: index.total('pricedSales', from, to, inside),
      net_sales: index.total('netCents', from, to, inside) / CENTS,
      units: index.total('units', from, to, inside),
      active_stores: stores ? (active[1] as number) : Number.NaN,
      population,
      cluster_sales: 0,
      clustered_sales: 0,
    }
  }

  /** The same place is looked at for many moves of a brush. */
  #territory(within: PlaceCode | null): Territory {
    if (this.#lastTerritory?.within !== within) {
      const cities = this.#geography.members(within)
      const inside = Uint8Array.from(this.#sales.places, city => cities[city] as number)
      this.#lastTerritory = { within, cities, inside, population: this.#geography.population(within) }
    }
    return this.#lastTerritory
  }

  #indexOf(filters: Filters): DayIndex {
    const keep = passing(this.#sales.combos, filters)
    if (this.#everything.holds(keep)) return this.#everything
    if (!this.#filtered.holds(keep)) this.#filtered.build(keep)
    return this.#filtered
  }

  /** Days counted from the first, the end excluded. */
  #daysOf(range: DayRange): [from: number, to: number] {
    const { firstDay, days } = this.#sales
    const within = (day: number) => Math.min(days, Math.max(0, day))
    const from = within(range.from - firstDay)
    return [from, Math.max(from, within(range.to - firstDay + 1))]
  }

  /** Where each place of the columns adds to, at a level: its ordinal, or one past the last for a place that lies in none. */
  #slots(level: Level): Int32Array {
    const known = this.#slotsByLevel.get(level)
    if (known) return known
    const rollUp = this.#geography.rollUp(level)
    const none = this.#geography.counts[level]
    const slots = Int32Array.from(this.#sales.places, city => {
      const ordinal = rollUp[city] as number
      return ordinal < 0 ? none : ordinal
    })
    this.#slotsByLevel.set(level, slots)
    return slots
  }
}

/** A place as the columns know it. */
interface Territory {
  readonly within: PlaceCode | null
  /** 1 for each city in it, by ordinal. */
  readonly cities: Uint8Array
  /** 1 for each place of the columns in it. */
  readonly inside: Uint8Array
  readonly population: number
}

interface Kinds {
  readonly asked: Float64Array
  readonly any: Float64Array
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

const NOTHING: Measures = {
  sales: 0,
  priced_sales: 0,
  net_sales: 0,
  units: 0,
  active_stores: 0,
  population: 0,
  cluster_sales: 0,
  clustered_sales: 0,
}

/** The filters that the metric can be cut by, and the names of those it cannot. */
function honoured(metric: Metric, filters: Filters): { filters: Filters; ignored: FilterDimension[] } {
  const ignored = unsupportedFilters(metric.cutBy, filters)
  const entries = Object.entries(filters).filter(([dimension]) => !ignored.some(name => name === dimension))
  return { filters: Object.fromEntries(entries), ignored }
}

function hasAny(filters: Filters): boolean {
  return Object.values(filters).some(values => values !== undefined)
}

function addUp(counts: Int32Array, slots: ArrayLike<number>, into: Float64Array): void {
  for (let city = 0; city < counts.length; city++) {
    const slot = slots[city] as number
    if (slot >= 0) into[slot] = (into[slot] as number) + (counts[city] as number)
  }
}
