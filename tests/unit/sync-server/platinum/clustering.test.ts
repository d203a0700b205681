import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Basket } from '../../../../sync-server/medallion/computed/clustering/baskets.ts'
import { toPoints } from '../../../../sync-server/medallion/computed/clustering/feature-space.ts'
import {
  type FoundClusters,
  findClusters,
} from '../../../../sync-server/medallion/computed/clustering/find-clusters.ts'
import {
  matchClusters,
  rawCentre,
} from '../../../../sync-server/medallion/computed/clustering/match-clusters.ts'
import { nameClusters } from '../../../../sync-server/medallion/computed/clustering/name-clusters.ts'
import { profilesOf } from '../../../../sync-server/medallion/computed/clustering/profiles.ts'
import { adjustedRandIndex } from '../../../../sync-server/medallion/computed/clustering/rand-index.ts'
import { scoreWeights } from '../../../../sync-server/medallion/computed/clustering/score-weights.ts'
import { distances, silhouettes } from '../../../../sync-server/medallion/computed/clustering/silhouette.ts'

/** Three kinds of baskets that nobody would mix up, a little different from one to the next. */
function plainBaskets(count: number): Basket[] {
  return Array.from({ length: count }, (_, i): Basket => {
    const wobble = (i * 7919) % 3
    const kind = i % 3
    const shared = { key: `k${String((i * 7351) % 99_991).padStart(5, '0')}-${i}`, requestMode: 'unknown' }
    if (kind === 0)
      return {
        ...shared,
        categories: { beverages: 1000 },
        amountStep: 3 + (wobble > 1 ? 1 : 0),
        unitsStep: 0,
        linesStep: 0,
        timeOfDay: 'morning',
        payment: 'cash',
        netAmount: 20 + wobble,
        units: 1,
      }
    if (kind === 1)
      return {
        ...shared,
        categories: { household: 400 + wobble, snacks: 300, personal_care: 300 - wobble },
        amountStep: 12 + wobble,
        unitsStep: 5,
        linesStep: 3,
        timeOfDay: 'afternoon',
        payment: 'gcash',
        netAmount: 900 + wobble,
        units: 9,
      }
    return {
      ...shared,
      categories: { tobacco: 1000 },
      amountStep: 5,
      unitsStep: wobble > 1 ? 1 : 0,
      linesStep: 0,
      timeOfDay: 'night',
      payment: 'cash',
      netAmount: 60 + wobble,
      units: 1,
    }
  })
}

const found = (baskets: readonly Basket[]): FoundClusters => {
  const clusters = findClusters(baskets)
  if (clusters === null) throw new Error('no clusters were found')
  return clusters
}

const WORDS = {
  label: (_: string, code: string) => code.replaceAll('_', ' '),
  amount: (value: number) => `₱${value.toFixed(0)}`,
}

const basket = fc.record({
  key: fc.uuid(),
  categories: fc
    .tuple(fc.constantFrom('beverages', 'snacks'), fc.integer({ min: 0, max: 1000 }))
    .map(([first, share]) => ({ [first]: share, tobacco: 1000 - share })),
  amountStep: fc.integer({ min: 0, max: 19 }),
  unitsStep: fc.integer({ min: 0, max: 9 }),
  linesStep: fc.integer({ min: 0, max: 7 }),
  timeOfDay: fc.constantFrom('morning', 'afternoon', 'evening', 'night'),
  payment: fc.constantFrom('cash', 'gcash', 'unknown'),
  requestMode: fc.constantFrom('verbal', 'pointing', 'unknown'),
  netAmount: fc.integer({ min: 1, max: 5000 }),
  units: fc.integer({ min: 1, max: 20 }),
})
const manyBaskets = fc.uniqueArray(basket, { minLength: 200, maxLength: 260, selector: ({ key }) => key })

describe('basket clusters', () => {
  it('are found where there are some, their number too', () => {
    const { clustering, silhouette, stability, baskets } = found(plainBaskets(600))
    expect(clustering.centroids.count).toBe(3)
    const kinds = baskets.map(({ timeOfDay }) => timeOfDay)
    expect(new Set(baskets.map((_, i) => `${kinds[i]}/${clustering.labels[i]}`)).size).toBe(3)
    expect(silhouette).toBeGreaterThan(0.8)
    expect(stability).toBe(1)
  })

  it('are none when there are too few baskets', () => {
    expect(findClusters(plainBaskets(199))).toBeNull()
  })

  it('do not depend on the order in which the baskets come', () => {
    fc.assert(
      fc.property(manyBaskets, fc.infiniteStream(fc.nat()), (baskets, random) => {
        const shuffled = baskets.map(one => ({ one, at: random.next().value ?? 0 }))
        shuffled.sort((a, b) => a.at - b.at)
        expect(findClusters(shuffled.map(({ one }) => one))).toEqual(findClusters(baskets))
      }),
      { numRuns: 5 },
    )
  })

  it('hold what is nearest to their centroid, by distance and by the whole-number scores alike', () => {
    fc.assert(
      fc.property(manyBaskets, baskets => {
        const { features, clustering, baskets: ordered } = found(baskets)
        const { centroids } = clustering
        const points = toPoints(ordered, features)
        const weights = Array.from({ length: centroids.count }, (_, c) =>
          scoreWeights(features, centroids, c),
        )
        for (const [i, basket] of ordered.entries()) {
          const squared = Array.from({ length: centroids.count }, (_, c) => {
            let sum = 0
            for (let d = 0; d < features.length; d++) {
              const a = points.values[i * features.length + d] ?? Number.NaN
              sum += (a - (centroids.values[c * features.length + d] ?? Number.NaN)) ** 2
            }
            return sum
          })
          const least = Math.min(...squared)
          expect(squared[clustering.labels[i] ?? -1]).toBe(least)
          const scores = weights.map(
            weight =>
              [
                'base:',
                `amount_step:${basket.amountStep}`,
                `units_step:${basket.unitsStep}`,
                `lines_step:${basket.linesStep}`,
                `time_of_day:${basket.timeOfDay}`,
                `payment:${basket.payment}`,
                `request_mode:${basket.requestMode}`,
              ].reduce((sum, key) => sum + (weight[key] ?? 0), 0) +
              Object.entries(basket.categories).reduce(
                (sum, [category, share]) => sum + ((weight[`category:${category}`] ?? 0) * share) / 1000,
                0,
              ),
          )
          const byScore = scores.indexOf(Math.min(...scores))
          expect((squared[byScore] ?? Number.NaN) - least).toBeLessThan(0.01)
        }
      }),
      { numRuns: 5 },
    )
  })

  it('are named by what sets them apart, the largest first, and no two alike', () => {
    const clusters = found(plainBaskets(600))
    const names = nameClusters(profilesOf(clusters), WORDS)
    expect(names.map(({ name }) => name).sort()).toEqual([
      'Large mixed baskets, afternoon',
      'Quick beverages, morning',
      'Quick tobacco, night',
    ])
    const large = names.find(({ name }) => name.startsWith('Large'))
    expect(large?.description).toMatch(/^₱902 and 9\.0 units on average; /)
  })

  it('keep their names while they stay where they are, and give them up when they move', () => {
    const { features, clustering } = found(plainBaskets(600))
    const { centroids } = clustering
    const known = [2, 0, 1].map(c => ({
      id: `b${c}`,
      name: `Name ${c}`,
      centre: rawCentre(features, centroids, c),
    }))
    expect(matchClusters(features, centroids, known).map(match => match?.name)).toEqual([
      'Name 0',
      'Name 1',
      'Name 2',
    ])
    const [first] = known
    const farAway = { id: 'b9', name: 'Far', centre: { ...first?.centre, 'amount_step:': 500 } }
    expect(matchClusters(features, centroids, [farAway])).toEqual([undefined, undefined, undefined])
  })
})

describe('the adjusted Rand index', () => {
  it('is what a count over all pairs gives', () => {
    const labels = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 4, maxLength: 30 })
    fc.assert(
      fc.property(labels, pairs => {
        const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)]
        let both = 0
        let inA = 0
        let inB = 0
        let all = 0
        for (let i = 0; i < pairs.length; i++) {
          for (let j = i + 1; j < pairs.length; j++) {
            all++
            inA += Number(a[i] === a[j])
            inB += Number(b[i] === b[j])
            both += Number(a[i] === a[j] && b[i] === b[j])
          }
        }
        const expected = (inA * inB) / all
        const most = (inA + inB) / 2
        expect(adjustedRandIndex(a, b)).toBeCloseTo(
          most === expected ? 1 : (both - expected) / (most - expected),
          10,
        )
      }),
    )
  })

  it('does not care what the labels are called', () => {
    expect(adjustedRandIndex([0, 0, 1, 1, 2], [5, 5, 0, 0, 3])).toBe(1)
  })
})

describe('the silhouette', () => {
  it('is what it is by hand: points at 0 and 1 against 10', () => {
    const points = { count: 3, dimensions: 1, values: Float64Array.of(0, 1, 10) }
    const [first, second, alone] = silhouettes(distances(points), [0, 0, 1], 2)
    expect(first).toBeCloseTo((10 - 1) / 10, 12)
    expect(second).toBeCloseTo((9 - 1) / 9, 12)
    expect(alone).toBe(0)
  })
})
