/** To six decimals: what is stored of a double, so that it reads the same everywhere. Null for what is no number. */
export function rounded(value: number | null | undefined): number | null {
  return value === null || value === undefined || !Number.isFinite(value) ? null : Number(value.toFixed(6))
}
