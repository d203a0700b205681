import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CHURN_DAYS,
  churnChance,
  fitChurn,
  type Observed,
} from '../../../../sync-server/medallion/computed/churn/churn-model.ts'
import { calibrated, fitIsotonic } from '../../../../sync-server/medallion/computed/churn/isotonic.ts'
import { churnScore, fitPrior } from '../../../../sync-server/medallion/computed/churn/purchase-rate.ts'

/** Customers who buy every few days or every few months; those who have been silent for far longer than usual stay away. */
function customers(count: number): Observed[] {
  return Array.from({ length: count }, (_, i) => {
    const gap = 2 + ((i * 13) % 40)
    const repeats = 1 + ((i * 7) % 12)
    const recency = (i * 17) % 90
    const overdue = recency / gap
    const noise = ((i * 7919) % 100) / 100
    return {
      key: `c${(i * 104_729) % 1_000_003}`,
      repeats,
      spread: repeats * gap,
      recency,
      churned: overdue + noise * 4 > 5 ? 1 : 0,
    }
  })
}

describe('isotonic calibration', () => {
  const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.constantFrom<0 | 1>(0, 1)), {
    minLength: 3,
    maxLength: 40,
  })
  const isotonicOf = (pairs: readonly (readonly [number, 0 | 1])[]) =>
    fitIsotonic(
      pairs.map(([score]) => score),
      pairs.map(([, outcome]) => outcome),
    )

  it('never falls, and stays between 0 and 1 without reaching them', () => {
    fc.assert(
      fc.property(points, pairs => {
        const isotonic = isotonicOf(pairs)
        let before = 0
        for (let score = -1; score <= 21; score++) {
          const chance = calibrated(isotonic, score)
          expect(chance).toBeGreaterThanOrEqual(before)
          expect(chance).toBeGreaterThan(0)
          expect(chance).toBeLessThan(1)
          before = chance
        }
      }),
    )
  })

  it('is the min-max of means, as its theory has it', () => {
    fc.assert(
      fc.property(points, pairs => {
        const isotonic = isotonicOf(pairs)
        const scores = [...new Set(pairs.map(([score]) => score))].sort((a, b) => a - b)
        const meanOf = (from: number, to: number) => {
          const inside = pairs.filter(([score]) => score >= from && score <= to)
          return inside.reduce((sum, [, outcome]) => sum + outcome, 0) / inside.length
        }
        const margin = 0.5 / pairs.length
        for (const score of scores) {
          const lower = scores.filter(s => s <= score)
          const upper = scores.filter(s => s >= score)
          const exact = Math.max(...lower.map(from => Math.min(...upper.map(to => meanOf(from, to)))))
          expect(calibrated(isotonic, score)).toBeCloseTo(Math.min(Math.max(exact, margin), 1 - margin), 10)
        }
      }),
    )
  })
})

describe('the churn score', () => {
  const prior = { a: 2, b: 20 }

  it('grows with the silence', () => {
    const scores = [0, 10, 40, 200].map(recency =>
      churnScore({ repeats: 6, spread: 60, recency }, prior, CHURN_DAYS),
    )
    expect(scores).toEqual([...scores].sort((a, b) => a - b))
  })

  it('takes the same silence harder from who buys often', () => {
    const often = churnScore({ repeats: 30, spread: 60, recency: 40 }, prior, CHURN_DAYS)
    const seldom = churnScore({ repeats: 2, spread: 60, recency: 40 }, prior, CHURN_DAYS)
    expect(often).toBeGreaterThan(seldom)
  })

  it('is the formula, worked out for one customer', () => {
    // Shape 2 + 1, rate 20 + 10: usual (30/40)³, none (40/100)³.
    expect(churnScore({ repeats: 1, spread: 10, recency: 10 }, prior, 60)).toBeCloseTo(
      1 - (30 / 40) ** 3 * (1 - (40 / 100) ** 3),
      12,
    )
  })

  it('rests on a prior that has the rates’ mean', () => {
    const found = fitPrior(
      Array.from({ length: 100 }, (_, i) => ({ repeats: 10, spread: i % 2 === 0 ? 50 : 200, recency: 0 })),
    )
    expect((found?.a ?? 0) / (found?.b ?? 1)).toBeCloseTo((10 / 50 + 10 / 200) / 2, 12)
  })
})

describe('the churn model', () => {
  it('beats the overall rate on customers it was not fitted on, and says by how much', () => {
    const model = fitChurn(customers(3000))
    expect(model).toMatchObject({ fittedOn: 1500, testedOn: 1500 })
    expect(model?.brier).toBeLessThan(0.8 * (model?.baseBrier ?? 0))
  })

  it('has a Brier score and a calibration table that agree with a count by hand', () => {
    const all = customers(3000)
    const model = fitChurn(all)
    if (model === null) throw new Error('no model')
    const tested = [...all].sort((a, b) => (a.key < b.key ? -1 : 1)).filter((_, i) => i % 2 === 1)
    const squared = tested.map(one => (churnChance(model, one) - one.churned) ** 2)
    expect(model.brier).toBeCloseTo(squared.reduce((a, b) => a + b, 0) / tested.length, 12)
    expect(model.bins.reduce((sum, bin) => sum + bin.customers, 0)).toBe(tested.length)
    for (const { bin, customers: members, observed } of model.bins) {
      const inside = tested.filter(one => Math.floor(churnChance(model, one) * 10) === bin)
      expect(inside).toHaveLength(members)
      expect(inside.filter(one => one.churned === 1).length / members).toBeCloseTo(observed, 12)
    }
  })

  it('does not depend on the order of the customers, and is none where there are too few', () => {
    const all = customers(1000)
    expect(fitChurn([...all].reverse())).toEqual(fitChurn(all))
    expect(fitChurn(all.slice(0, 300))).toBeNull()
    expect(fitChurn(all.map(one => ({ ...one, churned: 1 })))).toBeNull()
  })
})
