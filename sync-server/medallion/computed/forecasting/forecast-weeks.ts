import { type BackTest, backTest, conformalHalfWidth } from './back-test.ts'
import { type Forecaster, seasonalLevel, smoothedLevel } from './level.ts'

export interface WeekForecast {
  /** Weeks past the last one of the series. */
  readonly horizon: number
  readonly method: string
  readonly prediction: number
  readonly lower: number
  readonly upper: number
  readonly backTest: BackTest
}

/** Why a series gets no forecast. */
export type Withheld = 'too_short' | 'worse_than_naive'

export const HORIZONS = [1, 2, 3, 4] as const
export const ORIGINS = 12
export const INTERVAL_CHANCE = 0.8
/** Weeks that a method learns from before it is tested. */
const FEWEST_TO_LEARN = 8

/** Weeks over which one method is preferred to another. */
const COMPARED_OVER = 8

const METHODS: ReadonlyArray<{ readonly name: string; readonly forecast: Forecaster }> = [
  { name: 'exponential smoothing', forecast: smoothedLevel },
  { name: 'seasonal naive × level', forecast: seasonalLevel },
]

/**
 * Forecasts of a weekly series of amounts or counts, none below 0, each with the errors that the whole procedure, its choice of a method
 * included, made on the last twelve weeks. A horizon is left out when those are larger than the naive forecast's: a forecast that
 * knows less than last week is none.
 */
export function forecastWeeks(series: Float64Array): {
  readonly forecasts: readonly WeekForecast[]
  readonly withheld: ReadonlyMap<number, Withheld>
} {
  const forecasts: WeekForecast[] = []
  const withheld = new Map<number, Withheld>()
  for (const horizon of HORIZONS) {
    const found = series.length < FEWEST_TO_LEARN + ORIGINS + horizon ? null : forecastWeek(series, horizon)
    if (found === null) withheld.set(horizon, 'too_short')
    else if (found.backTest.mae > found.backTest.naiveMae) withheld.set(horizon, 'worse_than_naive')
    else forecasts.push(found)
  }
  return { forecasts, withheld }
}

function forecastWeek(series: Float64Array, horizon: number): WeekForecast | null {
  const tested = backTest(series, byRecentErrors, horizon, ORIGINS)
  const method = preferred(series, horizon)
  const prediction = method?.forecast(series, horizon) ?? null
  const half = tested && conformalHalfWidth(tested.errors, INTERVAL_CHANCE)
  if (tested === null || method === undefined || prediction === null || half === null) return null
  const middle = Math.max(0, prediction)
  return {
    horizon,
    method: method.name,
    prediction: middle,
    lower: Math.max(0, middle - half),
    upper: middle + half,
    backTest: tested,
  }
}

const byRecentErrors: Forecaster = (history, horizon) => {
  const forecast = preferred(history, horizon)?.forecast(history, horizon) ?? null
  return forecast === null ? null : Math.max(0, forecast)
}

/** The method that erred least on the last weeks of the history; the first where no other can forecast all of them. */
function preferred(history: Float64Array, horizon: number): (typeof METHODS)[number] | undefined {
  let best = METHODS[0]
  let least = best && meanError(history, best.forecast, horizon)
  for (const method of METHODS.slice(1)) {
    const error = meanError(history, method.forecast, horizon)
    if (error === null || least === null || least === undefined || error >= least) continue
    best = method
    least = error
  }
  return best
}

function meanError(history: Float64Array, forecast: Forecaster, horizon: number): number | null {
  return backTest(history, forecast, horizon, COMPARED_OVER)?.mae ?? null
}
