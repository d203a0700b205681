import {
  FILTER_DIMENSIONS,
  type FilterDimension,
  type Filters,
  type FilterValue,
} from '../../../../app/domain/filters.ts'
import type { DayRange } from '../../../../app/domain/time.ts'
import { BENCH_SHAPE } from '../../support/bench-shape.ts'

/** What both engines are asked: measures by place, over a range of days, of the rows that the filters let through. */
export interface Question {
  readonly range: DayRange
  readonly filters: Filters
}

/** By place code; places without a row are absent. */
export type Answer = ReadonlyMap<
  string,
  { readonly sales: number; readonly priced: number; readonly netCents: number }
>

export interface Engine {
  /** The question, timed; the answer is left as the engine gives it. */
  ask(question: Question): Promise<{ readonly ms: number; read(): Answer }>
}

/** Filters of one to three dimensions, none like another, so that nothing is remembered from one to the next. */
export const FILTERS: readonly Filters[] = [
  { category: ['Beverages'], time_of_day: ['afternoon', 'evening', 'morning'] },
  { channel: ['counter'], time_of_day: ['afternoon', 'morning', 'night'] },
  { customer_type: [null], category: ['Snacks'] },
  { time_of_day: ['evening', 'morning', 'night'] },
  { channel: ['delivery'], customer_type: ['regular'], time_of_day: ['afternoon', 'evening', 'night'] },
  { category: ['Snacks'], channel: ['counter'] },
  { customer_type: ['regular'], time_of_day: ['afternoon', 'evening'] },
  { category: ['Beverages'], channel: ['counter'], customer_type: [null] },
  { time_of_day: ['afternoon', 'evening', 'morning'] },
]

const VALUES: Readonly<Record<FilterDimension, readonly FilterValue[]>> = {
  time_of_day: BENCH_SHAPE.timesOfDay,
  channel: BENCH_SHAPE.channels,
  customer_type: BENCH_SHAPE.customerTypes,
  category: BENCH_SHAPE.categories,
}

/** In the form in which DuckDB is fastest: it pushes `=`, `<>` and `between` on an ENUM into its scan, but no `in`. */
export function sqlOf({ range, filters }: Question): string {
  const conditions = FILTER_DIMENSIONS.flatMap(dimension => {
    const wanted = filters[dimension]
    return wanted ? [condition(dimension, wanted)] : []
  })
  const where = [`day between ${range.from} and ${range.to}`, ...conditions].join(' and ')
  return `select place, sum(sales)::bigint as sales, sum(priced_sales)::bigint as priced, sum(net_cents)::bigint as net
    from sales where ${where} group by place`
}

function condition(dimension: FilterDimension, wanted: readonly FilterValue[]): string {
  const literal = (value: FilterValue) => `'${value}'::${dimension}_value`
  const [first, ...others] = wanted
  if (first === undefined) return 'false'
  if (others.length === 0) return first === null ? `${dimension} is null` : `${dimension} = ${literal(first)}`
  if (wanted.includes(null)) throw new Error('unknown beside other values is not asked for here')
  const all = VALUES[dimension]
  const left = all.filter(value => !wanted.includes(value))
  if (left.length === 1 && left[0] !== undefined && left[0] !== null)
    return `${dimension} <> ${literal(left[0])}`
  const positions = wanted.map(value => all.indexOf(value)).sort((a, b) => a - b)
  const low = positions[0] ?? 0
  const high = positions.at(-1) ?? 0
  if (high - low !== wanted.length - 1) throw new Error('values with a gap are not asked for here')
  return `${dimension} between ${literal(all[low] ?? null)} and ${literal(all[high] ?? null)}`
}
