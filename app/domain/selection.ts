import type { Filters } from './filters.ts'
import type { Level } from './geography.ts'
import type { PlaceCode } from './ids.ts'
import type { MetricId } from './metrics.ts'
import type { DayRange } from './time.ts'

/** One question to the cube. */
export interface Selection {
  readonly metric: MetricId
  readonly level: Level
  /** The place drilled into: totals and the daily series are of it alone. Null is everything. */
  readonly within: PlaceCode | null
  readonly range: DayRange
  readonly filters: Filters
  /** The kind of basket that `basket_share` is of. */
  readonly cluster?: string | null
}
