/** A basket as clustering sees it: a sale whose items and price are known. */
export interface Basket {
  /** Hash of the sale's key: what the sample is ordered by. */
  readonly key: string
  /** Share of each category in the basket's value, in thousandths; the codes of the pack, `unknown` for a line without one. */
  readonly categories: Readonly<Record<string, number>>
  /** Step on a ladder of amounts, units and lines (`scout.basket_features`): the steps grow by about half, as a logarithm would. */
  readonly amountStep: number
  readonly unitsStep: number
  readonly linesStep: number
  readonly timeOfDay: string
  readonly payment: string
  readonly requestMode: string
  /** For the description only. */
  readonly netAmount: number
  readonly units: number
}

/** Groups of features. Each group has the same total variance but for its weight, however many columns it takes. */
export const FEATURE_GROUPS = [
  { name: 'category', weight: 2 },
  { name: 'amount_step', weight: 1 },
  { name: 'units_step', weight: 0.5 },
  { name: 'lines_step', weight: 0.5 },
  { name: 'time_of_day', weight: 1 },
  { name: 'payment', weight: 0.5 },
  { name: 'request_mode', weight: 0.5 },
] as const
export type FeatureGroup = (typeof FEATURE_GROUPS)[number]['name']

/** Columns of these groups are shares, or say that a basket has a value (1) or not (0). */
export type NamedGroup = 'category' | 'time_of_day' | 'payment' | 'request_mode'
export type SteppedGroup = Exclude<FeatureGroup, NamedGroup>

export function namedValue(basket: Basket, group: NamedGroup, value: string): number {
  switch (group) {
    case 'category':
      return (basket.categories[value] ?? 0) / 1000
    case 'time_of_day':
      return Number(basket.timeOfDay === value)
    case 'payment':
      return Number(basket.payment === value)
    case 'request_mode':
      return Number(basket.requestMode === value)
  }
}

export function namesOf(basket: Basket, group: NamedGroup): readonly string[] {
  switch (group) {
    case 'category':
      return Object.keys(basket.categories)
    case 'time_of_day':
      return [basket.timeOfDay]
    case 'payment':
      return [basket.payment]
    case 'request_mode':
      return [basket.requestMode]
  }
}

export function step(basket: Basket, group: SteppedGroup): number {
  switch (group) {
    case 'amount_step':
      return basket.amountStep
    case 'units_step':
      return basket.unitsStep
    case 'lines_step':
      return basket.linesStep
  }
}

export function isStepped(group: FeatureGroup): group is SteppedGroup {
  return group === 'amount_step' || group === 'units_step' || group === 'lines_step'
}
