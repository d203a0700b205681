import { isStepped } from './baskets.ts'
import type { Feature } from './feature-space.ts'
import type { Points } from './points.ts'

/** Scores are squared distances in ten-thousandths. */
const SCALE = 10_000
/** Steps beyond the ladder's end do not occur. */
const MOST_STEPS = 24

/**
 * What a basket adds to its squared distance from one centroid, by `feature:value`, as whole numbers: so any engine finds the same nearest
 * centroid. `base:` is added once. A category's weight is for a basket that has nothing else: it counts by the category's share.
 */
export type ScoreWeights = Readonly<Record<string, number>>

/**
 * The squared distance of a basket x from the centroid c is Σ ((x − m)·s − c)². Where x takes few values (steps; 0 or 1) each term is
 * written out by value. A share x of a category takes many, so its term is multiplied out: −2·s·(m·s + c)·x + (m·s + c)²; the rest,
 * (x·s)², is the same for every centroid and left out.
 */
export function scoreWeights(features: readonly Feature[], centroids: Points, cluster: number): ScoreWeights {
  let base = 0
  const weights: Record<string, number> = {}
  for (const [d, { group, value, mean, scale }] of features.entries()) {
    const centre = mean * scale + (centroids.values[cluster * centroids.dimensions + d] as number)
    if (isStepped(group)) {
      for (let x = 0; x < MOST_STEPS; x++) weights[`${group}:${x}`] = whole((x * scale - centre) ** 2)
    } else {
      base += centre * centre
      weights[`${group}:${value}`] = whole(
        group === 'category' ? -2 * scale * centre : scale * (scale - 2 * centre),
      )
    }
  }
  return { ...weights, 'base:': whole(base) }
}

function whole(value: number): number {
  return Math.round(value * SCALE)
}
