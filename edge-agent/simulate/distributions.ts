import type { Random } from './random.ts'

/** The standard normal distribution, by Box and Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
}

/** `sigma` is the standard deviation of the logarithm. */
export function logNormal(random: Random, median: number, sigma: number): number {
  return median * Math.exp(sigma * normal(random))
}

/** How many of what happens `mean` times on average; by Knuth for small means, rounded normal for large ones. */
export function poisson(random: Random, mean: number): number {
  if (mean > 40) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)))
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = random.next(); product > limit; product *= random.next()) count++
  return count
}

/** Draws members in proportion to their weights, in O(log n). */
export class Weighted<T> {
  readonly #members: readonly T[]
  readonly #sums: Float64Array

  /** @throws RangeError unless some weight is positive */
  constructor(members: readonly T[], weightOf: (member: T, index: number) => number) {
    this.#members = members
    this.#sums = new Float64Array(members.length)
    let sum = 0
    for (const [i, member] of members.entries()) {
      sum += weightOf(member, i)
      this.#sums[i] = sum
    }
    if (!(sum > 0)) throw new RangeError('no weight is positive')
  }

  draw(random: Random): T {
    const at = random.next() * (this.#sums.at(-1) ?? 0)
    let low = 0
    let high = this.#sums.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#sums[middle] ?? 0) > at) high = middle
      else low = middle + 1
    }
    const drawn = this.#members[low]
    if (drawn === undefined) throw new RangeError('nothing to draw from')
    return drawn
  }
}
