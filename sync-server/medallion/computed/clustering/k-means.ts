import { nearest, type Points, pick, squaredDistance } from './points.ts'
import { seededRandom } from './seeded-random.ts'

export interface Clustering {
  readonly centroids: Points
  /** Centroid by point. */
  readonly labels: Uint8Array
  /** Sum of squared distances to the own centroid. */
  readonly inertia: number
}

const RESTARTS = 5
const MOST_ITERATIONS = 60

/** Lloyd's algorithm from k-means++ starts (Arthur and Vassilvitskii 2007); the best of five. The same points and seed give the same. */
export function kMeans(points: Points, k: number, seed: string): Clustering {
  let best: Clustering | undefined
  for (let restart = 0; restart < RESTARTS; restart++) {
    const found = settle(points, startingCentroids(points, k, seededRandom(`${seed}/${k}/${restart}`)))
    if (best === undefined || found.inertia < best.inertia) best = found
  }
  if (best === undefined) throw new RangeError('k-means needs a restart')
  return best
}

/** Each next start is drawn with a chance that grows with the squared distance to the starts so far. */
function startingCentroids(points: Points, k: number, random: () => number): Points {
  const chosen = [Math.floor(random() * points.count)]
  const distance = new Float64Array(points.count).fill(Number.POSITIVE_INFINITY)
  while (chosen.length < k) {
    const newest = chosen.at(-1) as number
    let total = 0
    for (let i = 0; i < points.count; i++) {
      const toNewest = squaredDistance(points, i, points, newest)
      if (toNewest < (distance[i] as number)) distance[i] = toNewest
      total += distance[i] as number
    }
    chosen.push(drawn(distance, random() * total))
  }
  return pick(points, chosen)
}

function drawn(weights: Float64Array, target: number): number {
  let sum = 0
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i] as number
    if (sum > target) return i
  }
  return weights.length - 1
}

function settle(points: Points, start: Points): Clustering {
  let centroids = start
  let labels = nearest(points, centroids)
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    centroids = means(points, labels, centroids)
    const moved = nearest(points, centroids)
    if (moved.every((label, i) => label === labels[i])) break
    labels = moved
  }
  let inertia = 0
  for (let i = 0; i < points.count; i++) inertia += squaredDistance(points, i, centroids, labels[i] as number)
  return { centroids, labels, inertia }
}

/** A centroid that lost all its points stays where it was. */
function means(points: Points, labels: Uint8Array, before: Points): Points {
  const { dimensions } = points
  const values = new Float64Array(before.values.length)
  const counts = new Float64Array(before.count)
  for (let i = 0; i < points.count; i++) {
    const label = labels[i] as number
    counts[label] = (counts[label] as number) + 1
    for (let d = 0; d < dimensions; d++) {
      const at = label * dimensions + d
      values[at] = (values[at] as number) + (points.values[i * dimensions + d] as number)
    }
  }
  for (let at = 0; at < values.length; at++) {
    const members = counts[Math.floor(at / dimensions)] as number
    values[at] = members > 0 ? (values[at] as number) / members : (before.values[at] as number)
  }
  return { count: before.count, dimensions, values }
}
