import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { METRIC_IDS } from '../../../app/domain/metrics.ts'
import { FIRST_QUESTION, type Question } from '../../../renderer/state/question.ts'
import { useSelection } from '../../../renderer/state/selection-store.ts'

const store = () => useSelection.getState()
const change: fc.Arbitrary<Partial<Question>> = fc.oneof(
  fc.constantFrom(...METRIC_IDS).map(metric => ({ metric })),
  fc.constantFrom('region' as const, 'province' as const, 'city' as const).map(level => ({ level })),
  fc.integer({ min: 1, max: 400 }).map(days => ({ period: { kind: 'last' as const, days } })),
)

beforeEach(() => store().restore(FIRST_QUESTION))

describe('undo and redo', () => {
  test('go back to the first question and forth to the last one', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), changes => {
        store().restore(FIRST_QUESTION)
        for (const asked of changes) store().ask(asked)
        const last = store().question
        const steps = store().past.length
        for (let i = 0; i < steps; i++) store().undo()
        expect(store().question).toEqual(FIRST_QUESTION)
        for (let i = 0; i < steps; i++) store().redo()
        expect(store().question).toEqual(last)
      }),
    )
  })

  test('at the ends do nothing', () => {
    store().undo()
    store().redo()
    expect(store().question).toEqual(FIRST_QUESTION)
  })

  test('take a whole gesture as one step', () => {
    for (let days = 1; days <= 50; days++) store().preview({ period: { kind: 'last', days } })
    store().settle()
    expect(store().question.period).toEqual({ kind: 'last', days: 50 })
    store().undo()
    expect(store().question).toEqual(FIRST_QUESTION)
  })

  test('know nothing of a gesture that ends where it began', () => {
    store().preview({ level: 'city' })
    store().preview({ level: 'region' })
    store().settle()
    expect(store().past).toHaveLength(0)
    expect(store().beforeGesture).toBeNull()
  })

  test('forget what could be redone once something else is asked', () => {
    store().ask({ level: 'city' })
    store().undo()
    store().ask({ metric: 'transactions' })
    store().redo()
    expect(store().question).toEqual({ ...FIRST_QUESTION, metric: 'transactions' })
  })

  test('asking the same again is no step', () => {
    store().ask({ level: 'region' })
    expect(store().past).toHaveLength(0)
  })
})
