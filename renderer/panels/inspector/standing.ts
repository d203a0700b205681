import type { Painting } from '../../../app/contracts/worker.ts'
import type { Metric } from '../../../app/domain/metrics.ts'

/** Where a place stands among those it is compared with. */
export interface Standing {
  readonly value: number
  /** 1 is the highest; equal values share a rank. Null without a value. */
  readonly rank: number | null
  /** Places with a value. */
  readonly ranked: number
  /** Of the total, 0–1; null where values cannot be added over places. */
  readonly share: number | null
}

export function standingOf(
  ordinal: number,
  members: readonly number[],
  painting: Painting,
  metric: Metric,
): Standing {
  const { values, total } = painting
  const value = values[ordinal] ?? Number.NaN
  let above = 0
  let ranked = 0
  for (const member of members) {
    const other = values[member] ?? Number.NaN
    if (!Number.isFinite(other)) continue
    ranked++
    if (other > value) above++
  }
  const known = Number.isFinite(value)
  const adds = metric.additiveOver.includes('place')
  return {
    value,
    rank: known ? above + 1 : null,
    ranked,
    share: known && adds && total.value > 0 ? value / total.value : null,
  }
}
