import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unsupportedFilters } from '../../../app/domain/filters.ts'
import { coverage, evaluate, METRIC_IDS, METRICS } from '../../../app/domain/metrics.ts'
import { clampRange, dayFromIso, isoFromDay, monthOfDay } from '../../../app/domain/time.ts'

describe('business days', () => {
  it('go to ISO and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -50_000, max: 100_000 }), day => {
        expect(dayFromIso(isoFromDay(day))).toBe(day)
      }),
    )
  })

  it.each(['2025-02-29', '2025-13-01', '2025-1-1', 'today', '2025-08-14T00:00:00Z', ''])('refuse %s', iso => {
    expect(() => dayFromIso(iso)).toThrow(RangeError)
  })

  it('know their month', () => {
    expect(monthOfDay(dayFromIso('2025-08-31'))).toBe('2025-08')
  })

  it('clamp a range into bounds and never turn it inside out', () => {
    const day = fc.integer({ min: -100, max: 100 })
    fc.assert(
      fc.property(day, day, day, day, (a, b, c, d) => {
        const bounds = { from: Math.min(c, d), to: Math.max(c, d) }
        const clamped = clampRange({ from: a, to: b }, bounds)
        expect(clamped.from).toBeLessThanOrEqual(clamped.to)
        expect(clamped.from).toBeGreaterThanOrEqual(bounds.from)
        expect(clamped.to).toBeLessThanOrEqual(bounds.to)
      }),
    )
  })
})

describe('metrics', () => {
  const measures = {
    sales: 10,
    priced_sales: 4,
    net_sales: 500,
    units: 30,
    active_stores: 3,
    population: 1000,
    cluster_sales: 2,
    clustered_sales: 8,
  }

  it('are ratios of sums, over priced sales where money is concerned', () => {
    const values = METRIC_IDS.map(id => evaluate(METRICS[id], measures))
    expect(values).toEqual([500, 10, 125, 0.5, 3, 0.25])
    expect(coverage(measures)).toBe(0.4)
  })

  it('have no value, rather than zero, where nothing is known', () => {
    const unpriced = { ...measures, priced_sales: 0, net_sales: 0 }
    expect(evaluate(METRICS.net_sales, unpriced)).toBeNaN()
    expect(evaluate(METRICS.transactions, unpriced)).toBe(10)
    const none = { ...unpriced, sales: 0, active_stores: 0 }
    for (const id of METRIC_IDS) expect(evaluate(METRICS[id], none)).toBeNaN()
    expect(evaluate(METRICS.sales_per_head, { ...measures, population: 0 })).toBeNaN()
    expect(coverage(none)).toBeNaN()
  })

  it('keep zero as a value: a day of returns may cancel its sales', () => {
    expect(evaluate(METRICS.net_sales, { ...measures, net_sales: 0 })).toBe(0)
  })

  it('name the filters that they cannot honour', () => {
    const filters = { category: ['snacks'], channel: [null] }
    expect(unsupportedFilters(METRICS.active_stores.cutBy, filters)).toEqual(['channel', 'category'])
    expect(unsupportedFilters(METRICS.net_sales.cutBy, filters)).toEqual([])
  })
})
