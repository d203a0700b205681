import type { Basket } from './baskets.ts'
import { type Feature, featureSpace, toPoints } from './feature-space.ts'
import { type Clustering, kMeans } from './k-means.ts'
import { nearest, type Points, pick } from './points.ts'
import { adjustedRandIndex } from './rand-index.ts'
import { seededRandom } from './seeded-random.ts'
import { distances, mean, silhouettes } from './silhouette.ts'

export interface FoundClusters {
  /** In the order of their keys: what the labels run by. */
  readonly baskets: readonly Basket[]
  readonly features: readonly Feature[]
  readonly clustering: Clustering
  /** Mean silhouette of the clustering, and by number of clusters tried. */
  readonly silhouette: number
  readonly tried: ReadonlyArray<{ readonly k: number; readonly silhouette: number }>
  /** Mean silhouette by cluster. */
  readonly silhouetteOf: readonly number[]
  /** Mean adjusted Rand index between this clustering and those of random halves of the sample. */
  readonly stability: number
}

const FEWEST_BASKETS = 200
const KS = [3, 4, 5, 6, 7, 8] as const
/** A cluster of fewer is an accident of the sample. */
const SMALLEST_SHARE = 0.01
/** Silhouettes take a distance for each pair. */
const SILHOUETTE_POINTS = 1000
const HALVES = 6
const SEED = 'scout.basket_clusters'

/**
 * Finds clusters in a sample of baskets: k-means for 3 to 8 clusters, the number by the best mean silhouette. The order of the baskets
 * does not matter: they are put in the order of their keys first. Null when there are too few to say anything.
 */
export function findClusters(sample: readonly Basket[]): FoundClusters | null {
  if (sample.length < FEWEST_BASKETS) return null
  const baskets = [...sample].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  const features = featureSpace(baskets)
  const points = toPoints(baskets, features)
  const measured = Math.min(points.count, SILHOUETTE_POINTS)
  const between = distances(
    pick(
      points,
      Uint32Array.from({ length: measured }, (_, i) => i),
    ),
  )

  const candidates = KS.map(k => {
    const clustering = kMeans(points, k, SEED)
    const each = silhouettes(between, clustering.labels.subarray(0, measured), k)
    return { k, clustering, each, silhouette: mean(each), smallest: smallestShare(clustering, k) }
  })
  const eligible = candidates.filter(({ smallest }) => smallest >= SMALLEST_SHARE)
  const best = eligible.reduce<(typeof candidates)[number] | undefined>(
    (found, candidate) => (found && found.silhouette >= candidate.silhouette ? found : candidate),
    undefined,
  )
  if (best === undefined) return null
  const { k, clustering, each, silhouette } = best
  return {
    baskets,
    features,
    clustering,
    silhouette,
    tried: candidates.map(({ k, silhouette }) => ({ k, silhouette })),
    silhouetteOf: Array.from({ length: k }, (_, c) =>
      mean(each.filter((_, i) => clustering.labels[i] === c)),
    ),
    stability: stabilityOf(points, clustering, k),
  }
}

function smallestShare({ labels }: Clustering, k: number): number {
  const counts = new Float64Array(k)
  for (const label of labels) counts[label] = (counts[label] as number) + 1
  return Math.min(...counts) / labels.length
}

/** How much of the clustering comes back when only half of the baskets are looked at, from other starts. */
function stabilityOf(points: Points, { labels }: Clustering, k: number): number {
  const indices = new Float64Array(HALVES)
  for (let half = 0; half < HALVES; half++) {
    const random = seededRandom(`${SEED}/half/${half}`)
    const rows = Array.from({ length: points.count }, (_, i) => i).filter(() => random() < 0.5)
    const { centroids } = kMeans(pick(points, rows), k, `${SEED}/half/${half}`)
    indices[half] = adjustedRandIndex(labels, nearest(points, centroids))
  }
  return mean(indices)
}
