/** Smallest and largest over all columns; `undefined` where there is no row. */
export function bounds(
  columns: readonly (Int32Array | Float64Array)[],
): [min: number, max: number] | undefined {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (const column of columns) {
    for (let row = 0; row < column.length; row++) {
      const value = column[row] as number
      if (value < min) min = value
      if (value > max) max = value
    }
  }
  return min <= max ? [min, max] : undefined
}

/** Turns counts, each standing one past its place, into where the rows of each place start. */
export function toOffsets(counts: Uint32Array): Uint32Array {
  for (let at = 1; at < counts.length; at++) counts[at] = (counts[at] as number) + (counts[at - 1] as number)
  return counts
}
