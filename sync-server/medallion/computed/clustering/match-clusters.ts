import { type Feature, standardised } from './feature-space.ts'
import { type Points, squaredDistance } from './points.ts'

/** A centroid as an earlier fit left it, in the features' own units, by `group:value`. */
export interface KnownCluster {
  readonly id: string
  readonly name: string
  readonly centre: Readonly<Record<string, number>>
}

function featureKey({ group, value }: Pick<Feature, 'group' | 'value'>): string {
  return `${group}:${value}`
}

/** A centroid in the features' own units. */
export function rawCentre(
  features: readonly Feature[],
  centroids: Points,
  cluster: number,
): Record<string, number> {
  return Object.fromEntries(
    features.map((feature, d) => {
      const z = centroids.values[cluster * centroids.dimensions + d] as number
      return [featureKey(feature), feature.mean + z / feature.scale]
    }),
  )
}

/**
 * Which earlier cluster each centroid continues, if any: the closest pair first, one to one, and only when it lies less than half as far
 * as the nearest other centroid, so that it cannot be taken for another. A feature that the earlier fit did not have counts as average.
 */
export function matchClusters(
  features: readonly Feature[],
  centroids: Points,
  known: readonly KnownCluster[],
): (KnownCluster | undefined)[] {
  const before: Points = {
    count: known.length,
    dimensions: features.length,
    values: Float64Array.from(
      known.flatMap(({ centre }) =>
        features.map(feature => standardised(feature, centre[featureKey(feature)] ?? feature.mean)),
      ),
    ),
  }
  const pairs = Array.from({ length: centroids.count }, (_, c) => c).flatMap(c =>
    known.map((_, k) => ({ c, k, distance: Math.sqrt(squaredDistance(centroids, c, before, k)) })),
  )
  pairs.sort((a, b) => a.distance - b.distance || a.c - b.c || a.k - b.k)
  const matched: (KnownCluster | undefined)[] = new Array(centroids.count).fill(undefined)
  const used = new Set<number>()
  for (const { c, k, distance } of pairs) {
    if (matched[c] !== undefined || used.has(k) || distance >= toNearestOther(centroids, c) / 2) continue
    matched[c] = known[k]
    used.add(k)
  }
  return matched
}

function toNearestOther(centroids: Points, cluster: number): number {
  let least = Number.POSITIVE_INFINITY
  for (let other = 0; other < centroids.count; other++) {
    if (other !== cluster) least = Math.min(least, squaredDistance(centroids, cluster, centroids, other))
  }
  return Math.sqrt(least)
}
