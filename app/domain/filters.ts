/** What a row of the sales cube can be filtered by, besides place and day. Names of its columns. */
export const FILTER_DIMENSIONS = ['time_of_day', 'channel', 'customer_type', 'category'] as const
export type FilterDimension = (typeof FILTER_DIMENSIONS)[number]

/** A value of a filter dimension; null is "unknown", a value like any other. */
export type FilterValue = string | null

/** Allowed values by dimension. A dimension that is absent lets every row through; an empty list lets none. */
export type Filters = Readonly<Partial<Record<FilterDimension, readonly FilterValue[]>>>

/** Filters that are set but that the metric cannot honour. */
export function unsupportedFilters(cutBy: readonly FilterDimension[], filters: Filters): FilterDimension[] {
  return FILTER_DIMENSIONS.filter(dimension => filters[dimension] !== undefined && !cutBy.includes(dimension))
}
