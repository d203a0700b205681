import type { ClassificationMethod } from '../../app/domain/classification.ts'
import type { Filters } from '../../app/domain/filters.ts'
import type { Level } from '../../app/domain/geography.ts'
import type { PlaceCode } from '../../app/domain/ids.ts'
import type { MetricId } from '../../app/domain/metrics.ts'
import type { Selection } from '../../app/domain/selection.ts'
import { clampRange, type DayRange } from '../../app/domain/time.ts'

/** Days back from the last one with a sale, all of them, or two fixed days. The first two move on with new data. */
export type Period =
  | { readonly kind: 'last'; readonly days: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'between'; readonly from: number; readonly to: number }

export interface Classing {
  readonly method: ClassificationMethod
  readonly count: number
}

/** Everything the person has asked for: what undo goes back through and what a link carries. */
export interface Question {
  readonly metric: MetricId
  /** The kind of basket that `basket_share` is of. */
  readonly cluster: string | null
  readonly level: Level
  /** The place drilled into. */
  readonly within: PlaceCode | null
  /** The place picked out, at whatever level; shown by the inspector. */
  readonly picked: PlaceCode | null
  readonly period: Period
  readonly filters: Filters
  readonly classing: Classing
}

export const FIRST_QUESTION: Question = {
  metric: 'net_sales',
  cluster: null,
  level: 'region',
  within: null,
  picked: null,
  period: { kind: 'all' },
  filters: {},
  classing: { method: 'quantile', count: 5 },
}

/** The days a period means in data that reaches over `bounds`. */
export function periodRange(period: Period, bounds: DayRange): DayRange {
  switch (period.kind) {
    case 'all':
      return bounds
    case 'last':
      return clampRange({ from: bounds.to - period.days + 1, to: bounds.to }, bounds)
    case 'between':
      return clampRange(period, bounds)
  }
}

export function selectionOf(question: Question, bounds: DayRange): Selection {
  const { metric, cluster, level, within, filters, period } = question
  const selection = { metric, level, within, filters, range: periodRange(period, bounds) }
  return metric === 'basket_share' ? { ...selection, cluster } : selection
}
