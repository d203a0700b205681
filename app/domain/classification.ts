/**
 * Class breaks of a choropleth. Classes are `[edge[i], edge[i+1])`, the last one closed. Values that are not finite have no
 * class. Fewer different values than classes give fewer classes, one value gives one class.
 */
export const CLASSIFICATION_METHODS = ['quantile', 'equal_interval'] as const
export type ClassificationMethod = (typeof CLASSIFICATION_METHODS)[number]

/** The class of a value that has none. */
export const NO_CLASS = 255

export interface Classes {
  /**
   * Increasing, one more than there are classes; no value: empty. The last two are equal when the top class holds the top
   * value alone, which is also how one value looks: `[v, v]`.
   */
  readonly edges: readonly number[]
  /** Class by position in the given values, or `NO_CLASS`. */
  readonly assigned: Uint8Array
  /** Values by class. */
  readonly counts: readonly number[]
  readonly withoutClass: number
}

/** @throws RangeError unless 1 ≤ classes ≤ 9. */
export function classify(values: ArrayLike<number>, method: ClassificationMethod, classes: number): Classes {
  if (!Number.isInteger(classes) || classes < 1 || classes > 9)
    throw new RangeError('between 1 and 9 classes')
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort()
  return assign(values, method === 'quantile' ? quantileEdges(sorted, classes) : equalEdges(sorted, classes))
}

/** Puts values into given classes, as when breaks are locked while time moves; outliers go to the nearest class. */
export function assign(values: ArrayLike<number>, edges: readonly number[]): Classes {
  const classCount = Math.max(0, edges.length - 1)
  const assigned = new Uint8Array(values.length)
  const counts = new Array<number>(classCount).fill(0)
  let withoutClass = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN
    const at = Number.isFinite(value) && classCount > 0 ? classOf(value, edges) : NO_CLASS
    assigned[i] = at
    if (at === NO_CLASS) withoutClass++
    else counts[at] = (counts[at] ?? 0) + 1
  }
  return { edges, assigned, counts, withoutClass }
}

function classOf(value: number, edges: readonly number[]): number {
  const last = edges.length - 2
  for (let i = 0; i < last; i++) if (value < (edges[i + 1] ?? Number.POSITIVE_INFINITY)) return i
  return last
}

/**
 * As near to equal counts as ties allow: an edge is the value at rank ⌈n·i/k⌉, so equal values always share a class.
 */
function quantileEdges(sorted: Float64Array, classes: number): number[] {
  const inner: number[] = []
  for (let i = 1; i < classes; i++) inner.push(sorted[Math.ceil((sorted.length * i) / classes)] ?? Number.NaN)
  return withEnds(sorted, inner)
}

function equalEdges(sorted: Float64Array, classes: number): number[] {
  const low = sorted[0] ?? Number.NaN
  const step = ((sorted.at(-1) ?? Number.NaN) - low) / classes
  return withEnds(
    sorted,
    Array.from({ length: classes - 1 }, (_, i) => low + step * (i + 1)),
  )
}

function withEnds(sorted: Float64Array, inner: readonly number[]): number[] {
  const low = sorted[0]
  const high = sorted.at(-1)
  if (low === undefined || high === undefined) return []
  const edges = [low]
  for (const edge of inner) if (edge > (edges.at(-1) ?? low) && edge <= high) edges.push(edge)
  return [...edges, high]
}
