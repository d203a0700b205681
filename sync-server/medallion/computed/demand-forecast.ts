import { z } from 'zod'
import type { Compute, Row } from '../computed-model.ts'
import { addDays, daysBetween } from './days.ts'
import {
  forecastWeeks,
  HORIZONS,
  INTERVAL_CHANCE,
  ORIGINS,
  type Withheld,
} from './forecasting/forecast-weeks.ts'

const storeWeek = z.object({
  tenant_id: z.string(),
  store_id: z.string(),
  region: z.string().nullable(),
  week: z.string(),
  /** The Monday after the last whole week of the data. */
  until: z.string(),
  sales: z.number(),
  priced_sales: z.number(),
  net_sales: z.number(),
  units: z.number(),
})
type StoreWeek = z.infer<typeof storeWeek>

/** A store without a sale in so many weeks is not forecast: nobody knows whether it is open. */
const SILENT_WEEKS = 4
/** Share of sales with a price from which their amounts can be forecast. */
const PRICED_SHARE = 0.9

/** Forecasts each store's next four weeks: net sales and units. */
export const computeDemandForecast: Compute = async function* (rows, signal) {
  let store: StoreWeek[] = []
  for await (const batch of rows) {
    const made: Row[] = []
    for (const row of batch) {
      const week = storeWeek.parse(row)
      if (store[0] !== undefined && store[0].store_id !== week.store_id) {
        made.push(...storeRows(store))
        store = []
      }
      store.push(week)
    }
    signal?.throwIfAborted()
    yield made
  }
  yield storeRows(store)
}

type Reason = Withheld | 'silent' | 'unpriced'

function storeRows(weeks: readonly StoreWeek[]): Row[] {
  const [first] = weeks
  const last = weeks.at(-1)
  if (first === undefined || last === undefined) return []
  const length = daysBetween(first.week, first.until) / 7
  const series = (of: (week: StoreWeek) => number) => {
    const values = new Float64Array(length)
    for (const week of weeks) values[daysBetween(first.week, week.week) / 7] = of(week)
    return values
  }
  const total = (of: (week: StoreWeek) => number) => weeks.reduce((sum, week) => sum + of(week), 0)
  const silent = daysBetween(last.week, last.until) / 7 > SILENT_WEEKS
  const unpriced = total(week => week.priced_sales) < PRICED_SHARE * total(week => week.sales)
  return [
    ...targetRows(
      'net_sales',
      series(week => week.net_sales),
      first,
      silent ? 'silent' : unpriced ? 'unpriced' : null,
    ),
    ...(total(week => week.units) > 0
      ? targetRows(
          'units',
          series(week => week.units),
          first,
          silent ? 'silent' : null,
        )
      : []),
  ]
}

function targetRows(target: string, series: Float64Array, of: StoreWeek, reason: Reason | null): Row[] {
  const { forecasts, withheld } =
    reason === null
      ? forecastWeeks(series)
      : { forecasts: [], withheld: new Map(HORIZONS.map(h => [h, reason])) }
  return HORIZONS.map(horizon => {
    const forecast = forecasts.find(one => one.horizon === horizon)
    const tested = forecast?.backTest
    return {
      tenant_id: of.tenant_id,
      store_id: of.store_id,
      target,
      week: addDays(of.until, (horizon - 1) * 7),
      horizon,
      prediction: cents(forecast?.prediction),
      lower: cents(forecast?.lower),
      upper: cents(forecast?.upper),
      interval_chance: forecast === undefined ? null : INTERVAL_CHANCE,
      withheld: withheld.get(horizon) ?? null,
      method: forecast?.method ?? null,
      region: of.region,
      window_from: of.week,
      window_to: addDays(of.until, -1),
      n: series.length,
      origins: forecast === undefined ? null : ORIGINS,
      mae: cents(tested?.mae),
      smape: cents(tested?.smape, 4),
      mase: cents(tested?.mase, 4),
      naive_mae: cents(tested?.naiveMae),
    }
  })
}

function cents(value: number | null | undefined, digits = 2): number | null {
  return value === null || value === undefined ? null : Number(value.toFixed(digits))
}
