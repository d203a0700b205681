/**
 * Adjusted Rand index of two labellings of the same things (Hubert and Arabie 1985): 1 when they are the same but for the labels' names,
 * about 0 when they agree no more than chance.
 */
export function adjustedRandIndex(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const cells = new Map<string, number>()
  const rows = new Map<number, number>()
  const columns = new Map<number, number>()
  for (let i = 0; i < a.length; i++) {
    const row = a[i] as number
    const column = b[i] as number
    const cell = `${row}/${column}`
    cells.set(cell, (cells.get(cell) ?? 0) + 1)
    rows.set(row, (rows.get(row) ?? 0) + 1)
    columns.set(column, (columns.get(column) ?? 0) + 1)
  }
  const together = pairs(cells.values())
  const inA = pairs(rows.values())
  const inB = pairs(columns.values())
  const expected = (inA * inB) / ((a.length * (a.length - 1)) / 2)
  const most = (inA + inB) / 2
  return most === expected ? 1 : (together - expected) / (most - expected)
}

function pairs(counts: Iterable<number>): number {
  let sum = 0
  for (const count of counts) sum += (count * (count - 1)) / 2
  return sum
}
