/** Trailing means over `window` days; days without a value count as none sold. Early days average what there is. */
export function smoothed(values: ArrayLike<number>, window: number): Float64Array {
  const means = new Float64Array(values.length)
  let sum = 0
  for (let i = 0; i < values.length; i++) {
    sum += finite(values[i])
    if (i >= window) sum -= finite(values[i - window])
    means[i] = sum / Math.min(window, i + 1)
  }
  return means
}

function finite(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? value : 0
}
