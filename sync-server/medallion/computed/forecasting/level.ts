/** Smoothing constants tried. */
const ALPHAS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] as const

/** Forecasts `horizon` steps past the end of a series from what came before, or null when it needs more of it. */
export type Forecaster = (history: Float64Array, horizon: number) => number | null

/** The last value goes on. */
export const naive: Forecaster = history => history.at(-1) ?? null

/** Simple exponential smoothing (Brown 1959). Its constant is the one with the least squared one-step error in the history itself. */
export const smoothedLevel: Forecaster = history => {
  if (history.length < 4) return null
  let best = Number.POSITIVE_INFINITY
  let forecast: number | null = null
  for (const alpha of ALPHAS) {
    let level = history[0] as number
    let squared = 0
    for (let t = 1; t < history.length; t++) {
      const error = (history[t] as number) - level
      squared += error * error
      level += alpha * error
    }
    if (squared < best) {
      best = squared
      forecast = level
    }
  }
  return forecast
}

/** Weeks in a year. */
const SEASON = 52
/** Weeks over which this year's level is compared with last year's. */
const COMPARED = 8

/** The same week a year ago, times how much higher the last eight weeks were than the same eight a year ago. */
export const seasonalLevel: Forecaster = (history, horizon) => {
  const now = history.length
  if (now < SEASON + COMPARED || horizon > SEASON) return null
  const sum = (from: number, to: number) =>
    history.subarray(from, to).reduce((total, value) => total + value, 0)
  const before = sum(now - SEASON - COMPARED, now - SEASON)
  if (before <= 0) return null
  return (history[now - SEASON + horizon - 1] as number) * (sum(now - COMPARED, now) / before)
}
