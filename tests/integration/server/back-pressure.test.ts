import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { INGESTION_LIMITS } from '../../../sync-server/ingestion/admission.ts'
import { openTestDatabase, type TestDatabase } from '../../support/database.ts'
import { batch } from './device.ts'
import { codeOf, OTHER_TENANT, openWorld, sale, type World } from './world.ts'

describe('back-pressure', () => {
  let database: TestDatabase
  let world: World
  beforeAll(async () => {
    database = await openTestDatabase('embedded')
    world = await openWorld(database, { ingestion: { ...INGESTION_LIMITS, batchesPerSecond: 20 } })
  }, 180_000)
  afterAll(async () => {
    await world?.close()
    await database?.close()
  })

  let number = 0
  const body = (sales: number) =>
    batch(Array.from({ length: sales }, () => ({ seq: ++number, content: sale(`B${number}`) })))

  it('answers a device that sends too often with 429 and a time to wait, and takes it again after that', async () => {
    const device = await world.device()
    const bodies = Array.from({ length: 24 }, () => body(1))
    let refused: Response | undefined
    for (const one of bodies) {
      const response = await device.sendBytes(one)
      if (response.status === 429) refused = response
    }
    const burst = await Promise.all(Array.from({ length: 40 }, () => device.sendBytes(body(1))))
    refused ??= burst.find(({ status }) => status === 429)
    if (refused === undefined) throw new Error('nothing was put off')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect(await codeOf(refused)).toMatch(/^429 (rate_limited|overloaded)$/)
    await expect
      .poll(async () => (await device.sendBytes(body(1))).status, { timeout: 10_000, interval: 300 })
      .toBe(200)
  })

  it('lets no greedy device delay another one beyond a few batches, of its tenant or of another', async () => {
    const greedy = await world.device()
    const modest = [await world.device(), await world.device({ tenant: OTHER_TENANT })]
    const large = Array.from({ length: 12 }, () => body(1_500))
    let busy = true
    const flood = (async () => {
      let next = 0
      const lane = async () => {
        while (busy) {
          const response = await greedy.sendBytes(large[next++ % large.length] ?? body(1))
          await response.arrayBuffer()
        }
      }
      await Promise.all(Array.from({ length: 4 }, lane))
    })()
    try {
      // How long the greedy one's own batch takes meanwhile.
      const timed = async (send: () => Promise<Response>) => {
        const started = performance.now()
        const response = await send()
        expect(response.status).toBe(200)
        return performance.now() - started
      }
      const waits: number[] = []
      for (let round = 0; round < 3; round++) {
        for (const device of modest) waits.push(await timed(() => device.sendBytes(body(1))))
      }
      // At most the four batches that are under way, and one more in each turn.
      expect(Math.max(...waits)).toBeLessThan(10_000)
    } finally {
      busy = false
      await flood
    }
  }, 120_000)
})
