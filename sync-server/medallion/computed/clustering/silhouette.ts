import { type Points, squaredDistance } from './points.ts'

/** Distances between all points, `count × count`. */
export function distances(points: Points): Float64Array {
  const { count } = points
  const all = new Float64Array(count * count)
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      const distance = Math.sqrt(squaredDistance(points, i, points, j))
      all[i * count + j] = distance
      all[j * count + i] = distance
    }
  }
  return all
}

/**
 * Silhouette of each point (Rousseeuw 1987): (b − a) ÷ max(a, b), where a is the mean distance to the others of its cluster and b the
 * least mean distance to those of another. 0 for a point that is alone in its cluster, as its author has it.
 */
export function silhouettes(between: Float64Array, labels: ArrayLike<number>, k: number): Float64Array {
  const count = labels.length
  const sizes = new Float64Array(k)
  for (let i = 0; i < count; i++) sizes[labels[i] as number] = (sizes[labels[i] as number] as number) + 1
  const result = new Float64Array(count)
  const sums = new Float64Array(k)
  for (let i = 0; i < count; i++) {
    sums.fill(0)
    for (let j = 0; j < count; j++) {
      const label = labels[j] as number
      sums[label] = (sums[label] as number) + (between[i * count + j] as number)
    }
    const own = labels[i] as number
    const others = (sizes[own] as number) - 1
    if (others === 0) continue
    const a = (sums[own] as number) / others
    let b = Number.POSITIVE_INFINITY
    for (let c = 0; c < k; c++) {
      if (c !== own && (sizes[c] as number) > 0) b = Math.min(b, (sums[c] as number) / (sizes[c] as number))
    }
    const larger = Math.max(a, b)
    result[i] = Number.isFinite(b) && larger > 0 ? (b - a) / larger : 0
  }
  return result
}

export function mean(values: Float64Array): number {
  let sum = 0
  for (const value of values) sum += value
  return values.length === 0 ? Number.NaN : sum / values.length
}
