import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CLASSIFICATION_METHODS } from '../../../app/domain/classification.ts'
import { FILTER_DIMENSIONS } from '../../../app/domain/filters.ts'
import { LEVELS } from '../../../app/domain/geography.ts'
import { placeCode } from '../../../app/domain/ids.ts'
import { METRIC_IDS } from '../../../app/domain/metrics.ts'
import { linkOf, questionOf } from '../../../renderer/state/deep-link.ts'
import { FIRST_QUESTION, type Question } from '../../../renderer/state/question.ts'

const day = fc.integer({ min: 0, max: 40_000 })
const place = fc.option(
  fc.string({ minLength: 1, maxLength: 32 }).map(text => placeCode.parse(text)),
  { nil: null },
)
const values = fc.array(fc.option(fc.string(), { nil: null }), { maxLength: 5 })

const question: fc.Arbitrary<Question> = fc.record({
  metric: fc.constantFrom(...METRIC_IDS),
  cluster: fc.option(fc.string(), { nil: null }),
  level: fc.constantFrom(...LEVELS),
  within: place,
  picked: place,
  period: fc.oneof(
    fc.constant({ kind: 'all' as const }),
    fc.integer({ min: 1, max: 99_999 }).map(days => ({ kind: 'last' as const, days })),
    fc.record({ kind: fc.constant('between' as const), from: day, to: day }),
  ),
  filters: fc.record(Object.fromEntries(FILTER_DIMENSIONS.map(dimension => [dimension, values])), {
    requiredKeys: [],
  }),
  classing: fc.record({
    method: fc.constantFrom(...CLASSIFICATION_METHODS),
    count: fc.integer({ min: 2, max: 9 }),
  }),
})

describe('a link', () => {
  test('brings back every question', () => {
    fc.assert(
      fc.property(question, asked => {
        expect(questionOf(`#${linkOf(asked)}`)).toEqual(asked)
      }),
    )
  })

  test('of the first question is empty', () => {
    expect(linkOf(FIRST_QUESTION)).toBe('')
  })

  test('never fails, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        expect(() => questionOf(text)).not.toThrow()
      }),
    )
  })

  test('that names what does not exist falls back, part by part', () => {
    expect(questionOf('#metric=profit&level=city&days=2025-02-30..2025-03-01&classes=quantile.12')).toEqual({
      ...FIRST_QUESTION,
      level: 'city',
    })
  })
})
