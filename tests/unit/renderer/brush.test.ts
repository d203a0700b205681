import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { beginDrag, dragged, gripAt, shifted } from '../../../renderer/panels/timeline/brush.ts'
import { dayAt, dayX, niceTop } from '../../../renderer/panels/timeline/scale.ts'

const bounds = { from: 20_000, to: 20_364 }
const scale = { bounds, left: 50, right: 780 }
const day = fc.integer({ min: bounds.from, max: bounds.to })
const range = fc.tuple(day, day).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }))
const x = fc.integer({ min: -200, max: 1200 })

describe('the brush', () => {
  test('finds the day under every pixel', () => {
    fc.assert(
      fc.property(day, one => {
        expect(dayAt(scale, dayX(scale, one) + 0.5)).toBe(one)
      }),
    )
  })

  test('never leaves the data and never turns around, whatever is dragged where', () => {
    fc.assert(
      fc.property(range, x, x, (start, down, to) => {
        const next = dragged(beginDrag(scale, start, down), scale, to)
        expect(next.from).toBeLessThanOrEqual(next.to)
        expect(next.from).toBeGreaterThanOrEqual(bounds.from)
        expect(next.to).toBeLessThanOrEqual(bounds.to)
      }),
    )
  })

  test('keeps the length of what is moved', () => {
    fc.assert(
      fc.property(range, fc.integer({ min: -800, max: 800 }), (start, by) => {
        const moved = shifted(start, by, bounds)
        expect(moved.to - moved.from).toBe(start.to - start.from)
      }),
    )
  })

  test('grips an end near it, the whole inside it, and draws anew elsewhere', () => {
    const month = { from: 20_100, to: 20_130 }
    expect(gripAt(scale, month, dayX(scale, 20_100) + 2)).toBe('from')
    expect(gripAt(scale, month, dayX(scale, 20_131) - 2)).toBe('to')
    expect(gripAt(scale, month, dayX(scale, 20_115))).toBe('move')
    expect(gripAt(scale, month, dayX(scale, 20_300))).toBe('draw')
    expect(gripAt(scale, bounds, dayX(scale, 20_300))).toBe('draw')
  })
})

test('the top of the axis holds every value and is at most two and a half times as high', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 1e12, noNaN: true }), value => {
      const top = niceTop(value)
      expect(top).toBeGreaterThanOrEqual(value)
      expect(top / value).toBeLessThanOrEqual(2.51)
    }),
  )
  expect(niceTop(0)).toBe(1)
})
