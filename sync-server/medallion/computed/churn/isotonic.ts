/** A function of scores that never falls: `value[i]` holds from `from[i]` on. */
export interface Isotonic {
  readonly from: readonly number[]
  readonly value: readonly number[]
}

/**
 * The rates that fit best of all that never fall with the score (isotonic regression by pooling adjacent violators). None is nearer to 0
 * or 1 than half an observation, so that no customer is certain.
 */
export function fitIsotonic(scores: readonly number[], outcomes: readonly (0 | 1)[]): Isotonic {
  const order = scores.map((_, i) => i).sort((a, b) => (scores[a] as number) - (scores[b] as number))
  const blocks: { from: number; sum: number; count: number }[] = []
  for (const i of order) {
    const score = scores[i] as number
    const last = blocks.at(-1)
    // Equal scores are one point.
    if (last !== undefined && last.from === score) {
      last.sum += outcomes[i] as number
      last.count += 1
    } else blocks.push({ from: score, sum: outcomes[i] as number, count: 1 })
  }
  const pooled: typeof blocks = []
  for (const block of blocks) {
    pooled.push({ ...block })
    for (;;) {
      const [before, last] = pooled.slice(-2)
      if (before === undefined || last === undefined) break
      if (before.sum * last.count < last.sum * before.count) break
      pooled.splice(-2, 2, {
        from: before.from,
        sum: before.sum + last.sum,
        count: before.count + last.count,
      })
    }
  }
  const margin = 0.5 / scores.length
  return {
    from: pooled.map(({ from }) => from),
    value: pooled.map(({ sum, count }) => Math.min(Math.max(sum / count, margin), 1 - margin)),
  }
}

export function calibrated({ from, value }: Isotonic, score: number): number {
  let low = 0
  let high = from.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((from[middle] as number) <= score) low = middle
    else high = middle - 1
  }
  return value[low] ?? Number.NaN
}
