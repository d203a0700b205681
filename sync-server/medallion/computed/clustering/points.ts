/** Points of one space, row by row in one array: point `i` is `values[i × dimensions]` onwards. */
export interface Points {
  readonly count: number
  readonly dimensions: number
  readonly values: Float64Array
}

/** Squared Euclidean distance of two points that may stand in different arrays. */
export function squaredDistance(a: Points, i: number, b: Points, j: number): number {
  const { dimensions } = a
  let sum = 0
  for (let d = 0; d < dimensions; d++) {
    const difference = (a.values[i * dimensions + d] as number) - (b.values[j * dimensions + d] as number)
    sum += difference * difference
  }
  return sum
}

/** Some of the points, in the order asked for. */
export function pick({ dimensions, values }: Points, rows: ArrayLike<number>): Points {
  const picked = new Float64Array(rows.length * dimensions)
  for (let row = 0; row < rows.length; row++) {
    const from = (rows[row] as number) * dimensions
    picked.set(values.subarray(from, from + dimensions), row * dimensions)
  }
  return { count: rows.length, dimensions, values: picked }
}

/** The nearest centroid of each point; the first on a tie. */
export function nearest(points: Points, centroids: Points): Uint8Array {
  const labels = new Uint8Array(points.count)
  for (let i = 0; i < points.count; i++) {
    let best = Number.POSITIVE_INFINITY
    for (let c = 0; c < centroids.count; c++) {
      const distance = squaredDistance(points, i, centroids, c)
      if (distance < best) {
        best = distance
        labels[i] = c
      }
    }
  }
  return labels
}
