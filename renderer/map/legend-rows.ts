import type { Classes } from '../../app/domain/classification.ts'
import type { MetricFormat } from '../format/number.ts'

export interface LegendRow {
  /** The class, low first. */
  readonly code: number
  readonly label: string
  readonly count: number
}

/** A row a class, low first. A limit belongs to the class above it; one value alone stands for itself. */
export function legendRows(classes: Classes, format: MetricFormat): LegendRow[] {
  return classes.counts.map((count, code) => {
    const from = classes.edges[code] ?? Number.NaN
    const to = classes.edges[code + 1] ?? Number.NaN
    return { code, label: limits(from, to, format), count }
  })
}

function limits(from: number, to: number, format: MetricFormat): string {
  if (from === to) return format.compact(from)
  const write = format.compact(from) === format.compact(to) ? format.exact : format.compact
  return `${write(from)} – ${write(to)}`
}
