import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FairGate, type GateLimits } from '../../../sync-server/ingestion/fair-gate.ts'

const LIMITS: GateLimits = {
  places: 2,
  bytes: 100,
  tenantBytes: 100,
  perDevice: 8,
  tenantWaiting: 64,
  waiting: 128,
  patienceMs: 60_000,
}

describe('a fair gate', () => {
  it('never holds more than its places and bytes, and lets everybody in', async () => {
    const entry = fc.record({
      tenant: fc.constantFrom('a', 'b'),
      device: fc.constantFrom('1', '2', '3'),
      bytes: fc.integer({ min: 1, max: 100 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 40 }), async entries => {
        const gate = new FairGate({ ...LIMITS, perDevice: 40 })
        let served = 0
        await Promise.all(
          entries.map(async ({ bytes, ...lane }) => {
            const leave = await gate.enter(lane, bytes)
            expect(gate.inside).toBeLessThanOrEqual(LIMITS.places)
            expect(gate.heldBytes).toBeLessThanOrEqual(LIMITS.bytes)
            await Promise.resolve()
            served += 1
            leave()
            leave()
          }),
        )
        expect(served).toBe(entries.length)
        expect([gate.inside, gate.heldBytes, gate.waiting]).toEqual([0, 0, 0])
      }),
    )
  })

  it('lets a newcomer in after one entry of each other device, however many wait', async () => {
    const gate = new FairGate({ ...LIMITS, places: 1 })
    const order: string[] = []
    const enter = async (tenant: string, device: string) => {
      const leave = await gate.enter({ tenant, device }, 1)
      order.push(`${tenant}${device}`)
      await Promise.resolve()
      leave()
    }
    const greedy = Array.from({ length: 8 }, () => enter('a', '1'))
    const modest = [enter('a', '2'), enter('b', '3')]
    await Promise.all([...greedy, ...modest])
    expect(order.indexOf('b3')).toBeLessThanOrEqual(2)
    expect(order.indexOf('a2')).toBeLessThanOrEqual(3)
  })

  it('passes over a tenant that holds its share, so that slow ones take no room from others', async () => {
    const gate = new FairGate({ ...LIMITS, places: 10, tenantBytes: 60 })
    await gate.enter({ tenant: 'slow', device: '1' }, 50)
    let second = false
    const waits = gate.enter({ tenant: 'slow', device: '2' }, 50).then(leave => {
      second = true
      return leave
    })
    const leave = await gate.enter({ tenant: 'other', device: '1' }, 40)
    expect(second).toBe(false)
    leave()
    expect(gate.waiting).toBe(1)
    void waits
  })

  it('sends away with a time to come again whoever finds the queue full, and who waited too long', async () => {
    const gate = new FairGate({ ...LIMITS, places: 1, perDevice: 2, patienceMs: 1 })
    const lane = { tenant: 'a', device: '1' }
    const leave = await gate.enter(lane, 1)
    const overloaded = { code: 'overloaded', details: { retry_after_s: expect.any(Number) } }
    const waits = gate.enter(lane, 1)
    await expect(gate.enter(lane, 1)).rejects.toMatchObject(overloaded)
    await expect(waits).rejects.toMatchObject(overloaded)
    leave()
    const again = await gate.enter(lane, 1)
    again()
    expect(gate.inside).toBe(0)
  })
})
