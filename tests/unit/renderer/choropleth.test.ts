import { describe, expect, test } from 'vitest'
import type { RegionScope } from '../../../app/domain/geography.ts'
import { METRICS } from '../../../app/domain/metrics.ts'
import { metricFormat } from '../../../renderer/format/number.ts'
import { legendRows } from '../../../renderer/map/legend-rows.ts'
import { standingOf } from '../../../renderer/panels/inspector/standing.ts'
import {
  choroplethOf,
  MOST_CLASSES,
  NO_DATA,
  OUTSIDE,
  swatchCode,
} from '../../../renderer/state/choropleth.ts'
import { FIRST_QUESTION, selectionOf } from '../../../renderer/state/question.ts'
import { catalogue, code, paintingOf } from './places.ts'

const days = { from: 20_000, to: 20_100 }
const nothing = Number.NaN

function cities(values: readonly number[], within: string | null, count = 3, scope: RegionScope = null) {
  const question = {
    ...FIRST_QUESTION,
    level: 'city' as const,
    within: within === null ? null : code(within),
  }
  const painted = { selection: selectionOf(question, days), painting: paintingOf(values) }
  return choroplethOf(painted, { method: 'quantile', count }, catalogue, scope)
}

describe('a choropleth', () => {
  test('gives each place its class, and what has no value none', () => {
    const { codes, classes } = cities([1, 2, 3, 4, 5, nothing], null, 5)
    expect([...codes]).toEqual([...[0, 1, 2, 3, 4].map(i => swatchCode(5, i)), NO_DATA])
    expect(classes.withoutClass).toBe(1)
  })

  test('compares only what lies inside the place drilled into', () => {
    const { codes, members, classes } = cities([1, 1000, 3, 4, 5, 6], 'R2')
    expect(members).toEqual([4, 5])
    expect(classes.edges[0]).toBe(5)
    expect([...codes.subarray(0, 4)]).toEqual([OUTSIDE, OUTSIDE, OUTSIDE, OUTSIDE])
  })

  test('does not call a region without sales that this person may not see', () => {
    const { codes, members, classes } = cities([nothing, 2, 3, 4, nothing, nothing], null, 3, [code('R1')])
    expect(members).toEqual([0, 1, 2, 3])
    expect(classes.withoutClass).toBe(1)
    expect([...codes.subarray(4)]).toEqual([OUTSIDE, OUTSIDE])
  })

  test('never paints no data as the lowest class', () => {
    const { codes } = cities([0, nothing, nothing, nothing, nothing, nothing], null)
    expect([...codes]).toEqual([swatchCode(1, 0), NO_DATA, NO_DATA, NO_DATA, NO_DATA, NO_DATA])
  })

  test('has a swatch of its own for every class of every number of classes', () => {
    const codes = new Set<number>()
    for (let count = 1; count <= MOST_CLASSES; count++) {
      for (let position = 0; position < count; position++) codes.add(swatchCode(count, position))
    }
    expect(codes.size).toBe(45)
    expect(Math.max(...codes)).toBeLessThan(NO_DATA)
  })
})

describe('the legend', () => {
  test('counts every place once, in its class or without one', () => {
    const { classes } = cities([1, 2, 3, 4, nothing, 6], null)
    const rows = legendRows(classes, metricFormat(METRICS.transactions, catalogue.pack))
    expect(rows.reduce((sum, { count }) => sum + count, classes.withoutClass)).toBe(6)
  })

  test('writes limits out where they would look the same for short', () => {
    const { classes } = cities([426_617, 427_350, nothing, nothing, nothing, nothing], null, 2)
    expect(legendRows(classes, metricFormat(METRICS.transactions, catalogue.pack))[0]?.label).toBe(
      '426,617 – 427,350',
    )
  })

  test('says one value as one value', () => {
    const { classes } = cities([7, 7, 7, 7, 7, 7], null)
    expect(legendRows(classes, metricFormat(METRICS.transactions, catalogue.pack))).toEqual([
      { code: 0, label: '7', count: 6 },
    ])
  })
})

describe('the standing of a place', () => {
  const painting = paintingOf([10, 30, 30, 20, nothing, 10])
  const all = [0, 1, 2, 3, 4, 5]

  test('shares a rank with equals and counts only places with a value', () => {
    expect(standingOf(1, all, painting, METRICS.net_sales)).toMatchObject({ rank: 1, ranked: 5 })
    expect(standingOf(2, all, painting, METRICS.net_sales).rank).toBe(1)
    expect(standingOf(3, all, painting, METRICS.net_sales).rank).toBe(3)
    expect(standingOf(4, all, painting, METRICS.net_sales)).toMatchObject({ rank: null, share: null })
  })

  test('has a share only where values can be added over places', () => {
    expect(standingOf(1, all, painting, METRICS.net_sales).share).toBe(0.3)
    expect(standingOf(1, all, painting, METRICS.average_transaction_value).share).toBeNull()
  })
})
