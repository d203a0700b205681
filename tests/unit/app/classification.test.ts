import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assign, CLASSIFICATION_METHODS, classify, NO_CLASS } from '../../../app/domain/classification.ts'

const value = fc.oneof(
  fc.double({ noDefaultInfinity: true }),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
)
const values = fc.array(value, { maxLength: 60 })
const method = fc.constantFrom(...CLASSIFICATION_METHODS)
const classCount = fc.integer({ min: 1, max: 9 })

describe('class breaks', () => {
  it('give every finite value one class that its edges enclose, and nothing else a class', () => {
    fc.assert(
      fc.property(values, method, classCount, (input, by, k) => {
        const { edges, assigned, counts, withoutClass } = classify(input, by, k)
        expect(counts.length).toBeLessThanOrEqual(k)
        expect(counts.reduce((sum, count) => sum + count, withoutClass)).toBe(input.length)
        input.forEach((number, i) => {
          const at = assigned[i] ?? NO_CLASS
          if (!Number.isFinite(number)) {
            expect(at).toBe(NO_CLASS)
            return
          }
          const [low = Number.NaN, high = Number.NaN] = [edges[at], edges[at + 1]]
          expect(number).toBeGreaterThanOrEqual(low)
          if (at === counts.length - 1) expect(number).toBeLessThanOrEqual(high)
          else expect(number).toBeLessThan(high)
        })
      }),
    )
  })

  it('rise from the smallest to the largest value', () => {
    fc.assert(
      fc.property(values, method, classCount, (input, by, k) => {
        const finite = input.filter(Number.isFinite)
        const { edges } = classify(input, by, k)
        expect(edges.length === 0).toBe(finite.length === 0)
        if (finite.length === 0) return
        expect(edges[0]).toBeCloseTo(Math.min(...finite), 10)
        expect(edges.at(-1)).toBeCloseTo(Math.max(...finite), 10)
        for (let i = 1; i < edges.length - 1; i++)
          expect(edges[i]).toBeGreaterThan(edges[i - 1] ?? Number.NaN)
      }),
    )
  })

  it('put equal values into equal classes', () => {
    fc.assert(
      fc.property(values, method, classCount, (input, by, k) => {
        const { assigned } = classify(input, by, k)
        const classByValue = new Map<number, number | undefined>()
        input.forEach((number, i) => {
          if (classByValue.has(number)) expect(assigned[i]).toBe(classByValue.get(number))
          classByValue.set(number, assigned[i])
        })
      }),
    )
  })

  it('by quantile split values without ties into counts that differ by one at most', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer(), { minLength: 9 }), classCount, (input, k) => {
        const { counts } = classify(input, 'quantile', k)
        expect(counts).toHaveLength(k)
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('are one class for one value, however often it occurs', () => {
    expect(classify([7, 7, Number.NaN, 7], 'quantile', 5)).toMatchObject({
      edges: [7, 7],
      counts: [3],
      withoutClass: 1,
    })
  })

  it('hold when locked: values outside go to the nearest class', () => {
    expect([...assign([-5, 0, 9.9, 10, 99], [0, 10, 20]).assigned]).toEqual([0, 0, 0, 1, 1])
  })

  it('refuse a class count outside 1–9', () => {
    expect(() => classify([1], 'quantile', 0)).toThrow(RangeError)
    expect(() => classify([1], 'quantile', 10)).toThrow(RangeError)
  })
})
