import { describe, expect, it } from 'vitest'
import {
  backTest,
  conformalHalfWidth,
} from '../../../../sync-server/medallion/computed/forecasting/back-test.ts'
import { forecastWeeks } from '../../../../sync-server/medallion/computed/forecasting/forecast-weeks.ts'
import {
  naive,
  seasonalLevel,
  smoothedLevel,
} from '../../../../sync-server/medallion/computed/forecasting/level.ts'

const wobbling = (length: number) =>
  Float64Array.from({ length }, (_, week) => 100 + (week % 2 === 0 ? 20 : -20) + ((week * 37) % 5))

describe('a back-test', () => {
  it('has the errors that are worked out by hand', () => {
    // Two origins, one week ahead; the method says the mean of all that came before.
    const mean = (history: Float64Array) => history.reduce((sum, value) => sum + value, 0) / history.length
    const tested = backTest(Float64Array.of(10, 20, 30, 50), mean, 1, 2)
    // 15 for 30, and 20 for 50; naive: 20 for 30, and 30 for 50.
    expect(tested).toMatchObject({ origins: 2, mae: 22.5, naiveMae: 15, mase: 1.5 })
    expect(tested?.smape).toBeCloseTo(((2 * 15) / 45 + (2 * 30) / 70) / 2, 12)
    expect([...(tested?.errors ?? [])]).toEqual([15, 30])
  })

  it('shows a method nothing of the weeks that it is to forecast', () => {
    const series = Float64Array.from({ length: 20 }, (_, week) => week)
    const seen: number[] = []
    backTest(
      series,
      history => {
        seen.push(history.length)
        return history.at(-1) ?? null
      },
      3,
      4,
    )
    // The weeks 16 to 19 (from 0), three ahead: the last one known is week 13 to 16.
    expect(seen).toEqual([14, 15, 16, 17])
  })

  it('is none when the method cannot forecast at an origin', () => {
    expect(backTest(wobbling(30), seasonalLevel, 1, 12)).toBeNull()
    expect(backTest(Float64Array.of(1, 2), naive, 1, 12)).toBeNull()
  })
})

describe('the methods', () => {
  it('smooth as the recursion says', () => {
    // One step of 0.9 is what the jump asks for: 10, 10, 10, then 100 for good.
    const level = smoothedLevel(Float64Array.of(10, 10, 10, 100, 100, 100, 100), 1)
    const byHand = [10, 10, 100, 100, 100, 100].reduce((l, x) => l + 0.9 * (x - l), 10)
    expect(level).toBeCloseTo(byHand, 10)
  })

  it('take the same week of last year at this year’s level', () => {
    const lastYear = Array.from({ length: 60 }, (_, week) => 100 + week)
    const doubled = Array.from({ length: 8 }, (_, week) => 2 * (100 + week))
    const series = Float64Array.from([...lastYear.slice(0, 52), ...doubled])
    expect(seasonalLevel(series, 1)).toBeCloseTo(2 * 108, 10)
    expect(seasonalLevel(series, 3)).toBeCloseTo(2 * 110, 10)
  })
})

describe('a weekly forecast', () => {
  it('is shown where it is better than naive, with the errors of the whole procedure', () => {
    const series = wobbling(40)
    const { forecasts, withheld } = forecastWeeks(series)
    const [next] = forecasts
    expect(next).toMatchObject({ horizon: 1, method: 'exponential smoothing' })
    expect(next?.backTest).toMatchObject({ origins: 12 })
    expect(next?.backTest.mae).toBeLessThan(next?.backTest.naiveMae ?? 0)
    // Naive is wrong by the whole swing one week ahead, and right two ahead.
    expect(forecasts.map(({ horizon }) => horizon)).toEqual([1, 3])
    expect([...withheld]).toEqual([
      [2, 'worse_than_naive'],
      [4, 'worse_than_naive'],
    ])
  })

  it('is withheld from a series that is too short', () => {
    const { forecasts, withheld } = forecastWeeks(wobbling(20))
    expect(forecasts).toEqual([])
    expect([...withheld.values()]).toEqual(new Array(4).fill('too_short'))
  })

  it('is never below 0', () => {
    const fading = Float64Array.from({ length: 40 }, (_, week) => Math.max(0, 5 - week))
    for (const { lower, prediction } of forecastWeeks(fading).forecasts) {
      expect(lower).toBeGreaterThanOrEqual(0)
      expect(prediction).toBeGreaterThanOrEqual(lower)
    }
  })
})

describe('a prediction interval', () => {
  it('is the ⌈0.8 × (n + 1)⌉th smallest error wide to either side', () => {
    const errors = Float64Array.from({ length: 12 }, (_, i) => i + 1)
    expect(conformalHalfWidth(errors, 0.8)).toBe(11)
    expect(conformalHalfWidth(errors.subarray(0, 3), 0.8)).toBeNull()
  })

  it('holds the next value about as often as it says', () => {
    // 400 series of noise: 12 errors each, and a thirteenth.
    let held = 0
    let state = 1
    const noise = () => {
      state = (state * 48_271) % 2_147_483_647
      return state / 2_147_483_647
    }
    for (let trial = 0; trial < 400; trial++) {
      const errors = Float64Array.from({ length: 12 }, noise).sort()
      held += Number(noise() <= (conformalHalfWidth(errors, 0.8) ?? 0))
    }
    expect(held / 400).toBeGreaterThan(0.78)
  })
})
