import { type Forecaster, naive } from './level.ts'

/** Errors of a method over the origins of a back-test, in the unit of the series. */
export interface BackTest {
  readonly origins: number
  readonly mae: number
  /** Symmetric mean absolute percentage error, 0–2; an actual and a forecast of 0 are no error. */
  readonly smape: number
  /** MAE ÷ that of the naive forecast on the same origins; under 1 is better than naive. Null when the naive one made no error. */
  readonly mase: number | null
  readonly naiveMae: number
  /** Absolute errors, smallest first. */
  readonly errors: Float64Array
}

/**
 * Rolling origin (Tashman 2000): at each of the last `origins` weeks the method forecasts from what came before alone, whatever it
 * chooses by included, and is compared with what came. Null when the method cannot forecast at every origin.
 */
export function backTest(
  series: Float64Array,
  method: Forecaster,
  horizon: number,
  origins: number,
): BackTest | null {
  const errors = new Float64Array(origins)
  let naiveSum = 0
  let smape = 0
  for (let i = 0; i < origins; i++) {
    const target = series.length - origins + i
    const history = series.subarray(0, Math.max(0, target - horizon + 1))
    const forecast = history.length === 0 ? null : method(history, horizon)
    const plain = naive(history, horizon)
    if (forecast === null || plain === null) return null
    const actual = series[target] as number
    errors[i] = Math.abs(forecast - actual)
    naiveSum += Math.abs(plain - actual)
    const size = Math.abs(forecast) + Math.abs(actual)
    smape += size > 0 ? (2 * (errors[i] as number)) / size : 0
  }
  const mae = errors.reduce((sum, error) => sum + error, 0) / origins
  const naiveMae = naiveSum / origins
  errors.sort()
  return {
    origins,
    mae,
    smape: smape / origins,
    mase: naiveMae > 0 ? mae / naiveMae : null,
    naiveMae,
    errors,
  }
}

/**
 * Half the width of an interval that holds the next value with at least the given chance, when errors come as they came before (split
 * conformal prediction): the ⌈chance × (n + 1)⌉th smallest of n errors. Null when there are too few errors for that chance.
 */
export function conformalHalfWidth(sortedErrors: Float64Array, chance: number): number | null {
  const rank = Math.ceil(chance * (sortedErrors.length + 1))
  return sortedErrors[rank - 1] ?? null
}
