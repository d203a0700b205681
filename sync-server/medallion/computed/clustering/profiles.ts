import type { FeatureGroup } from './baskets.ts'
import { rawValue } from './feature-space.ts'
import type { FoundClusters } from './find-clusters.ts'

/** A feature of a cluster beside that of all baskets. */
export interface Difference {
  readonly group: FeatureGroup
  /** Empty for a stepped feature. */
  readonly value: string
  readonly inside: number
  readonly overall: number
  /** (inside − overall) ÷ standard deviation over all baskets. */
  readonly standardised: number
}

export interface Profile {
  /** Position of its centroid. */
  readonly cluster: number
  readonly baskets: number
  readonly share: number
  readonly meanAmount: number
  readonly meanUnits: number
  readonly meanCategories: number
  /** Largest first. */
  readonly differences: readonly Difference[]
}

/** What the clusters hold, the largest cluster first. */
export function profilesOf({ baskets, features, clustering }: FoundClusters): Profile[] {
  const { count } = clustering.centroids
  const profiles = Array.from({ length: count }, (_, cluster) => {
    const members = baskets.filter((_, i) => clustering.labels[i] === cluster)
    const average = (of: (basket: (typeof baskets)[number]) => number) =>
      members.reduce((sum, basket) => sum + of(basket), 0) / members.length
    const differences = features.map(({ group, value, mean, deviation }) => {
      const inside = average(basket => rawValue(basket, group, value))
      return {
        group,
        value,
        inside,
        overall: mean,
        standardised: deviation > 0 ? (inside - mean) / deviation : 0,
      }
    })
    return {
      cluster,
      baskets: members.length,
      share: members.length / baskets.length,
      meanAmount: average(({ netAmount }) => netAmount),
      meanUnits: average(({ units }) => units),
      meanCategories: average(({ categories }) => Object.keys(categories).length),
      differences: differences.sort((a, b) => Math.abs(b.standardised) - Math.abs(a.standardised)),
    }
  })
  return profiles.sort((a, b) => b.baskets - a.baskets || a.cluster - b.cluster)
}
