import { FILTER_DIMENSIONS, type Filters } from '../../../../app/domain/filters.ts'
import type { DayRange } from '../../../../app/domain/time.ts'

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
  { channel: ['counter'], time_of_day: ['morning', 'night'] },
  { customer_type: [null], category: ['Snacks'] },
  { time_of_day: ['afternoon', 'evening'] },
  { channel: ['delivery'], customer_type: ['regular'], time_of_day: ['afternoon', 'evening', 'night'] },
  { category: ['Snacks'], channel: ['counter'] },
  { customer_type: ['regular'], time_of_day: ['morning', 'evening', 'night'] },
  { category: ['Beverages'], channel: ['counter'], customer_type: [null] },
  { time_of_day: ['morning', 'afternoon', 'night'] },
]

export function sqlOf({ range, filters }: Question): string {
  const conditions = FILTER_DIMENSIONS.flatMap(dimension => {
    const values = filters[dimension]
    if (!values) return []
    const known = values.filter(value => value !== null).map(value => `'${value}'`)
    const alternatives = [
      ...(known.length > 0 ? [`${dimension} in (${known.join(', ')})`] : []),
      ...(values.includes(null) ? [`${dimension} is null`] : []),
    ]
    return [`(${alternatives.join(' or ')})`]
  })
  const where = [`day between ${range.from} and ${range.to}`, ...conditions].join(' and ')
  return `select place, sum(sales)::bigint as sales, sum(priced_sales)::bigint as priced, sum(net_cents)::bigint as net
    from sales where ${where} group by place`
}
