import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LatestOnly } from '../../../renderer/data/latest-only.ts'

/** A worker whose answers come when the test lets them. */
function slowWorker() {
  const waiting: Array<() => void> = []
  const ran: number[] = []
  const delivered: number[] = []
  const failures: unknown[] = []
  let underWay = 0
  let most = 0
  const asking = new LatestOnly<number, number>(
    async request => {
      ran.push(request)
      most = Math.max(most, ++underWay)
      await new Promise<void>(resolve => waiting.push(resolve))
      underWay--
      if (request < 0) throw new RangeError(`${request}`)
      return request
    },
    answer => delivered.push(answer),
    error => failures.push(error),
  )
  const answer = async () => {
    waiting.shift()?.()
    await new Promise(resolve => setImmediate(resolve))
  }
  return { asking, answer, ran, delivered, failures, waiting, most: () => most }
}

describe('of many questions', () => {
  test('the newest is answered and those it overtook are never begun', async () => {
    const { asking, answer, ran, delivered } = slowWorker()
    for (const request of [1, 2, 3, 4]) asking.ask(request)
    await answer()
    await answer()
    expect(ran).toEqual([1, 4])
    expect(delivered).toEqual([1, 4])
  })

  test('one is under way at a time, answers keep their order, and the last one asked is the last one shown', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), async steps => {
        const { asking, answer, ran, delivered, waiting, most } = slowWorker()
        let asked = 0
        for (const ask of [true, ...steps]) {
          if (ask) asking.ask(++asked)
          else await answer()
        }
        while (waiting.length > 0) await answer()
        expect(most()).toBe(1)
        expect(delivered).toEqual(ran)
        expect(delivered).toEqual([...delivered].sort((a, b) => a - b))
        expect(delivered.at(-1)).toBe(asked)
      }),
    )
  })

  test('one that fails is told and does not stop the next', async () => {
    const { asking, answer, delivered, failures } = slowWorker()
    asking.ask(-1)
    asking.ask(2)
    await answer()
    await answer()
    expect(failures).toHaveLength(1)
    expect(delivered).toEqual([2])
  })
})
