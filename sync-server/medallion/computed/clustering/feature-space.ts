import {
  type Basket,
  FEATURE_GROUPS,
  type FeatureGroup,
  isStepped,
  namedValue,
  namesOf,
  step,
} from './baskets.ts'
import type { Points } from './points.ts'

/** One column of the space: a stepped feature, or one value of a named one. */
export interface Feature {
  readonly group: FeatureGroup
  /** Empty for a stepped feature. */
  readonly value: string
  readonly mean: number
  readonly deviation: number
  /** A standardised coordinate is (raw − mean) × scale. */
  readonly scale: number
}

/**
 * The features of baskets, standardised by group: a group's columns together have the variance of its weight, so that time of day with
 * four columns counts no more than the amount with one. A group that does not vary is left out.
 */
export function featureSpace(baskets: readonly Basket[]): Feature[] {
  return FEATURE_GROUPS.flatMap(({ name, weight }) => {
    const columns = columnsOf(baskets, name).map(value => {
      const raw = baskets.map(basket => rawValue(basket, name, value))
      const mean = raw.reduce((sum, x) => sum + x, 0) / raw.length
      const variance = raw.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / raw.length
      return { group: name, value, mean, deviation: Math.sqrt(variance) }
    })
    const total = columns.reduce((sum, { deviation }) => sum + deviation * deviation, 0)
    if (total < 1e-9) return []
    return columns.map(column => ({ ...column, scale: Math.sqrt(weight / total) }))
  })
}

export function toPoints(baskets: readonly Basket[], features: readonly Feature[]): Points {
  const dimensions = features.length
  const values = new Float64Array(baskets.length * dimensions)
  for (const [i, basket] of baskets.entries()) {
    for (const [d, feature] of features.entries()) {
      values[i * dimensions + d] = standardised(feature, rawValue(basket, feature.group, feature.value))
    }
  }
  return { count: baskets.length, dimensions, values }
}

export function standardised({ mean, scale }: Feature, raw: number): number {
  return (raw - mean) * scale
}

export function rawValue(basket: Basket, group: FeatureGroup, value: string): number {
  return isStepped(group) ? step(basket, group) : namedValue(basket, group, value)
}

function columnsOf(baskets: readonly Basket[], group: FeatureGroup): string[] {
  if (isStepped(group)) return ['']
  return [...new Set(baskets.flatMap(basket => namesOf(basket, group)))].sort()
}
