import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type TenantId, tenantId } from '../../../app/domain/ids.ts'
import { ScoutError } from '../../../app/errors.ts'
import { startTimetable, type Timetable } from '../../../sync-server/jobs/timetable.ts'

const MINUTE = 60_000
const SHOP = tenantId.parse('shop')

describe('the timetable of a server', () => {
  const published: TenantId[] = []
  const looked: TenantId[] = []
  const errors: unknown[] = []
  let answer: () => void = () => undefined
  let timetable: Timetable

  const start = (publishEveryMs: number | null) =>
    startTimetable({
      // The queue itself is tested with the server; here time must pass at will.
      jobs: {
        scheduleTransform: tenant => looked.push(tenant),
        async publish(tenant) {
          answer()
          published.push(tenant)
          return { job_id: '1', kind: 'publish', state: 'queued', progress: null, error: null, result: null }
        },
      },
      tenants: async () => [SHOP],
      publishEveryMs,
      onError: error => errors.push(error),
    })

  beforeEach(() => {
    vi.useFakeTimers()
    for (const seen of [published, looked, errors]) seen.length = 0
    answer = () => undefined
    timetable = start(4 * MINUTE)
  })
  afterEach(() => {
    timetable.close()
    vi.useRealTimers()
  })

  it('publishes what changed, once however often it changed meanwhile', async () => {
    for (let change = 0; change < 10; change++) timetable.dataChanged(SHOP)
    await vi.advanceTimersByTimeAsync(4 * MINUTE - 1)
    expect(published).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(published).toEqual([SHOP])
    await vi.advanceTimersByTimeAsync(60 * MINUTE)
    expect(published).toEqual([SHOP])
    timetable.dataChanged(SHOP)
    await vi.advanceTimersByTimeAsync(4 * MINUTE)
    expect(published).toHaveLength(2)
  })

  it('comes back when somebody publishes at that moment, and tells of other failures', async () => {
    answer = () => {
      throw new ScoutError('busy')
    }
    timetable.dataChanged(SHOP)
    await vi.advanceTimersByTimeAsync(4 * MINUTE)
    answer = () => undefined
    await vi.advanceTimersByTimeAsync(4 * MINUTE)
    expect(published).toEqual([SHOP])
    answer = () => {
      throw new ScoutError('disk_full')
    }
    timetable.dataChanged(SHOP)
    await vi.advanceTimersByTimeAsync(4 * MINUTE)
    expect(errors).toMatchObject([{ code: 'disk_full' }])
  })

  it('publishes nothing by itself where that is left to people', async () => {
    timetable.close()
    timetable = start(null)
    timetable.dataChanged(SHOP)
    await vi.advanceTimersByTimeAsync(60 * MINUTE)
    expect(published).toEqual([])
  })

  it('has every tenant looked after, and nothing once it is closed', async () => {
    await vi.advanceTimersByTimeAsync(10 * MINUTE)
    expect(looked).toEqual([SHOP])
    timetable.dataChanged(SHOP)
    timetable.close()
    await vi.advanceTimersByTimeAsync(60 * MINUTE)
    expect([looked, published]).toEqual([[SHOP], []])
  })
})
