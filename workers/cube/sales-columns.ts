import type { Day } from '../../app/domain/time.ts'
import type { Combos } from './combos.ts'
import type { IntegerColumn } from './narrowest.ts'

/**
 * The sales cube in memory. Rows stand by day, then combination of filter values: those of one day and combination are
 * `offsets[day × combos + combo]` to `offsets[day × combos + combo + 1]`, one a place. So a filter names whole stretches of rows: what
 * it leaves out is never looked at, what it lets through is read front to back without a test.
 */
export interface SalesColumns {
  readonly rows: number
  /** Ordinals, among the cities, of the places that occur: increasing. */
  readonly places: Uint16Array
  readonly firstDay: Day
  readonly days: number
  readonly combos: Combos
  readonly offsets: Uint32Array
  /** Position in `places`. */
  readonly place: IntegerColumn
  readonly sales: IntegerColumn
  readonly pricedSales: IntegerColumn
  /** Hundredths of the currency: whole numbers, so that sums are exact. */
  readonly netCents: IntegerColumn
  readonly units: IntegerColumn
}

/** Columns that are summed. */
export const SUMMED = ['sales', 'pricedSales', 'netCents', 'units'] as const
export type Summed = (typeof SUMMED)[number]
