import { describe, expect, it } from 'vitest'
import { together } from '../../../workers/sync/together.ts'

describe('tasks side by side', () => {
  it('give their results in the order they were started', async () => {
    expect(await together(undefined, () => [Promise.resolve(1), Promise.resolve(2)])).toEqual([1, 2])
  })

  it('are all over, the others aborted, before the first error is thrown', async () => {
    let ended = false
    const failing = Promise.reject(new Error('first'))
    const working = (signal: AbortSignal) =>
      new Promise<void>(resolve => {
        signal.addEventListener('abort', () => {
          ended = true
          resolve()
        })
      })
    await expect(together(undefined, signal => [failing, working(signal)])).rejects.toThrow('first')
    expect(ended).toBe(true)
  })

  it('see the abort of who asked', async () => {
    const abort = new AbortController()
    const reasons = together(abort.signal, signal => [
      new Promise(resolve => {
        signal.addEventListener('abort', () => resolve(signal.aborted))
      }),
    ])
    abort.abort()
    expect(await reasons).toEqual([true])
  })
})
