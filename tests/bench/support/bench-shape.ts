/** What the generated sales are: every day, place and combination of values is a cell, of which a share holds no sale. */
export interface SalesShape {
  readonly firstDay: string
  readonly days: number
  /** Values by dimension, in published order: sorted, unknown last. */
  readonly timesOfDay: readonly (string | null)[]
  readonly channels: readonly (string | null)[]
  readonly customerTypes: readonly (string | null)[]
  readonly categories: readonly (string | null)[]
  readonly absent: number
  readonly seed: number
}

/** About 3.6 million rows over the Philippines' 1,642 cities and municipalities. */
export const BENCH_SHAPE: SalesShape = {
  firstDay: '2025-05-01',
  days: 114,
  timesOfDay: ['afternoon', 'evening', 'morning', 'night'],
  channels: ['counter', 'delivery'],
  customerTypes: ['regular', null],
  categories: ['Beverages', 'Snacks'],
  absent: 0.4,
  seed: 20_250_501,
}
