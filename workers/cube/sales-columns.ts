import type { Day } from '../../app/domain/time.ts'
import type { Combos } from './combos.ts'
import type { IntegerColumn } from './narrowest.ts'

/**
 * The sales cube in memory. Rows stand by day, then place: the rows of cell `day × places + place` are `offsets[cell]` to
 * `offsets[cell + 1]`. So sums over days are made by walking the rows once from front to back, and what a place has on a day stands
 * beside what its neighbours have.
 */
export interface SalesColumns {
  readonly rows: number
  /** Ordinals, among the cities, of the places that occur: increasing. */
  readonly places: Uint16Array
  readonly firstDay: Day
  readonly days: number
  readonly offsets: Uint32Array
  readonly combos: Combos
  readonly combo: IntegerColumn
  readonly sales: IntegerColumn
  readonly pricedSales: IntegerColumn
  /** Hundredths of the currency: whole numbers, so that sums are exact. */
  readonly netCents: IntegerColumn
  readonly units: IntegerColumn
}

/** Columns that are summed. */
export const SUMMED = ['sales', 'pricedSales', 'netCents', 'units'] as const
export type Summed = (typeof SUMMED)[number]
