import type { FilterDimension } from './filters.ts'

/** What can be added up over rows. Amounts in pesos, the rest counts. A ratio is never a measure. */
const MEASURES = [
  'sales',
  'priced_sales',
  'net_sales',
  'units',
  'active_stores',
  'population',
  /** Sales of the kind of basket asked for, and of any kind. */
  'cluster_sales',
  'clustered_sales',
] as const
type Measure = (typeof MEASURES)[number]
export type Measures = Readonly<Record<Measure, number>>

export const METRIC_IDS = [
  'net_sales',
  'transactions',
  'average_transaction_value',
  'sales_per_head',
  'active_stores',
  'basket_share',
] as const
export type MetricId = (typeof METRIC_IDS)[number]

/** A number on screen: what it is, what it is made of, and what it may be cut and added by. */
export interface Metric {
  readonly id: MetricId
  readonly label: string
  readonly description: string
  readonly unit: 'currency' | 'count' | 'share'
  /** Digits after the decimal point when written out in full. */
  readonly decimals: number
  readonly numerator: Measure
  readonly denominator: Measure | null
  /** Values of which two may be summed: over places, over days, over filtered parts. */
  readonly additiveOver: readonly ('place' | 'day' | 'filter')[]
  /** Filters it can honour; with any other set, the metric says that it cannot be cut so. */
  readonly cutBy: readonly FilterDimension[]
  /** Rests on the share of sales that have a price, which is shown beside it. */
  readonly needsPrice: boolean
}

const EVERY_CUT = ['time_of_day', 'channel', 'customer_type', 'category'] as const

export const METRICS: Readonly<Record<MetricId, Metric>> = {
  net_sales: {
    id: 'net_sales',
    label: 'Net sales',
    description: 'Total less discount, of the sales that have a price.',
    unit: 'currency',
    decimals: 2,
    numerator: 'net_sales',
    denominator: null,
    additiveOver: ['place', 'day', 'filter'],
    cutBy: EVERY_CUT,
    needsPrice: true,
  },
  transactions: {
    id: 'transactions',
    label: 'Transactions',
    description: 'Number of sales, with or without a price.',
    unit: 'count',
    decimals: 0,
    numerator: 'sales',
    denominator: null,
    additiveOver: ['place', 'day', 'filter'],
    cutBy: EVERY_CUT,
    needsPrice: false,
  },
  average_transaction_value: {
    id: 'average_transaction_value',
    label: 'Average sale',
    description: 'Net sales divided by the number of sales that have a price.',
    unit: 'currency',
    decimals: 2,
    numerator: 'net_sales',
    denominator: 'priced_sales',
    additiveOver: [],
    cutBy: EVERY_CUT,
    needsPrice: true,
  },
  sales_per_head: {
    id: 'sales_per_head',
    label: 'Sales per head',
    description: "The period's net sales divided by the census population.",
    unit: 'currency',
    decimals: 4,
    numerator: 'net_sales',
    denominator: 'population',
    additiveOver: ['day', 'filter'],
    cutBy: EVERY_CUT,
    needsPrice: true,
  },
  active_stores: {
    id: 'active_stores',
    label: 'Active stores',
    description: 'Different stores with at least one sale in the period.',
    unit: 'count',
    decimals: 0,
    numerator: 'active_stores',
    denominator: null,
    additiveOver: ['place'],
    cutBy: [],
    needsPrice: false,
  },
  basket_share: {
    id: 'basket_share',
    label: 'Share of baskets',
    description:
      'Sales of this kind divided by the sales of any kind: those of which items and price are known.',
    unit: 'share',
    decimals: 1,
    numerator: 'cluster_sales',
    denominator: 'clustered_sales',
    additiveOver: [],
    cutBy: [],
    needsPrice: false,
  },
}

/**
 * The metric's value, or `NaN` where there is none: no sale at all, no priced sale under an amount, or an unknown
 * denominator. Zero is a value.
 */
export function evaluate(metric: Metric, measures: Measures): number {
  if (measures.sales === 0) return Number.NaN
  if (metric.needsPrice && measures.priced_sales === 0) return Number.NaN
  const numerator = measures[metric.numerator]
  if (metric.denominator === null) return numerator
  const denominator = measures[metric.denominator]
  return denominator > 0 ? numerator / denominator : Number.NaN
}

/** Share of sales that have a price, 0–1; `NaN` without sales. */
export function coverage(measures: Pick<Measures, 'sales' | 'priced_sales'>): number {
  return measures.sales > 0 ? measures.priced_sales / measures.sales : Number.NaN
}
