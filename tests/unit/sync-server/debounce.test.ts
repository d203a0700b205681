import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { debounce } from '../../../sync-server/jobs/debounce.ts'

describe('a debounced action', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const LIMITS = { quietMs: 2_000, maxMs: 10_000 }

  it('runs once for each key, after its rest', () => {
    const ran: string[] = []
    const soon = debounce(key => ran.push(key), LIMITS)
    soon.request('a')
    vi.advanceTimersByTime(1_500)
    soon.request('a')
    soon.request('b')
    vi.advanceTimersByTime(1_999)
    expect(ran).toEqual([])
    vi.advanceTimersByTime(1)
    expect(ran).toEqual(['a', 'b'])
  })

  it('is not put off for ever', () => {
    const ran: string[] = []
    const soon = debounce(key => ran.push(key), LIMITS)
    for (let ms = 0; ms < 10_000; ms += 1_000) {
      soon.request('a')
      vi.advanceTimersByTime(1_000)
    }
    expect(ran).toEqual(['a'])
  })

  it('waits while it is held, by whomever, and runs once after', () => {
    const ran: string[] = []
    const soon = debounce(key => ran.push(key), LIMITS)
    const release = soon.hold()
    const releaseOther = soon.hold()
    soon.request('a')
    vi.advanceTimersByTime(20_000)
    soon.request('a')
    release()
    release()
    vi.advanceTimersByTime(20_000)
    expect(ran).toEqual([])
    releaseOther()
    vi.advanceTimersByTime(2_000)
    expect(ran).toEqual(['a'])
    vi.advanceTimersByTime(20_000)
    expect(ran).toEqual(['a'])
  })

  it('does nothing any more once it is cancelled', () => {
    const ran: string[] = []
    const soon = debounce(key => ran.push(key), LIMITS)
    soon.request('a')
    soon.cancel()
    vi.advanceTimersByTime(60_000)
    expect(ran).toEqual([])
  })
})
