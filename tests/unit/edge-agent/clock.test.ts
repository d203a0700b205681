import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MachineClock } from '../../../edge-agent/machine-clock.ts'
import { ServerClock } from '../../../edge-agent/server-clock.ts'
import { testAgent, testServer } from './support/agent.ts'
import { temporaryHome } from './support/home.ts'
import { posText } from './support/sales.ts'

const YEAR = 365 * 86_400_000

/** A machine whose wall clock stands wherever a test puts it. Real time goes on underneath. */
class Machine implements MachineClock {
  bootId = 'boot-1'
  /** How far the wall clock is ahead of the truth. */
  ahead = 0
  #bootedAt = performance.now() - 5_000

  now(): number {
    return Date.now() + this.ahead
  }

  monotonicMs(): number {
    return performance.now() - this.#bootedAt
  }

  reboot(): void {
    this.bootId = `${this.bootId}+`
    this.#bootedAt = performance.now() - 5_000
  }
}

describe('the clock of the server as the device knows it', () => {
  it('stays right when the device clock jumps', () => {
    const machine = new Machine()
    const clock = new ServerClock({ machine })
    expect(clock.offsetMs()).toBeNull()
    machine.ahead = -YEAR
    clock.observe(Date.now(), clock.monotonicMs(), clock.monotonicMs())
    expect(Math.abs((clock.offsetMs() ?? 0) + YEAR)).toBeLessThan(50)
    machine.ahead = YEAR
    expect(Math.abs((clock.offsetMs() ?? 0) - YEAR)).toBeLessThan(50)
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(50)
  })
})

describe('sales of a device whose clock is wrong', () => {
  it('stored before the server was heard come with the offset that is known only now', async () => {
    const server = await testServer()
    const machine = new Machine()
    const home = temporaryHome()
    // Booted in 1970, as a Pi does without a network.
    machine.ahead = -Date.now() + 60_000
    const early = machine.ahead
    const agent = testAgent({ home, machine })
    await agent.take(posText('early'))
    await agent.stop()
    // NTP sets the clock, the agent starts again: the boot is the same.
    machine.ahead = 0
    const again = testAgent({ home, machine })
    await again.take(posText('set'))
    await again.enrol({ server: server.url, claim: server.claim(), name: 'x' })
    await again.drain()
    const lines = [...server.stored.values()].map(line => JSON.parse(line))
    expect(lines.map(line => line.sale.transaction_id)).toEqual(['T-early', 'T-set'])
    expect(lines[0].recorded_at).toMatch(/^1970-01-01T/)
    expect(Math.abs(lines[0].clock_offset_ms - early)).toBeLessThan(1_000)
    expect(Math.abs(lines[1].clock_offset_ms)).toBeLessThan(1_000)
    for (const line of lines) {
      const truly = Date.parse(line.recorded_at) - line.clock_offset_ms
      expect(Math.abs(truly - Date.now())).toBeLessThan(10_000)
    }
  })

  it('stored in a boot in which the server was never heard say that nobody knows', async () => {
    const server = await testServer()
    const machine = new Machine()
    const home = temporaryHome()
    machine.ahead = -YEAR
    const agent = testAgent({ home, machine })
    await agent.take(posText('alone'))
    await agent.stop()
    machine.reboot()
    const again = testAgent({ home, machine })
    await again.enrol({ server: server.url, claim: server.claim(), name: 'x' })
    await again.drain()
    const [line] = [...server.stored.values()].map(text => JSON.parse(text))
    expect(line).not.toHaveProperty('clock_offset_ms')
  })

  it('keep the offset of their own moment when the clock jumps before they are sent, and over a restart', async () => {
    const server = await testServer()
    const machine = new Machine()
    const home = temporaryHome()
    const agent = testAgent({ home, machine })
    await agent.enrol({ server: server.url, claim: server.claim(), name: 'x' })
    await agent.take(posText('first'))
    await agent.drain()
    machine.ahead = 3 * 3_600_000
    await agent.take(posText('ahead'))
    await agent.stop()
    machine.reboot()
    machine.ahead = 0
    const again = testAgent({ home, machine })
    await again.drain()
    const line = JSON.parse([...server.stored.values()][1] ?? '{}')
    expect(Math.abs(line.clock_offset_ms - 3 * 3_600_000)).toBeLessThan(1_000)
    expect(server.batches.at(-1)?.header.clock_offset_ms).toBeLessThan(1_000)
  })

  it('are neither reordered nor lost, however the clock jumps', async () => {
    const step = fc.record({
      ahead: fc.integer({ min: -30 * YEAR, max: 30 * YEAR }),
      sales: fc.integer({ min: 0, max: 3 }),
      after: fc.constantFrom('go on' as const, 'send' as const, 'restart' as const, 'reboot' as const),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async steps => {
        const server = await testServer()
        const machine = new Machine()
        const home = temporaryHome()
        let agent = testAgent({ home, machine })
        await agent.enrol({ server: server.url, claim: server.claim(), name: 'x' })
        let next = 0
        for (const { ahead, sales, after } of steps) {
          machine.ahead = ahead
          for (let i = 0; i < sales; i++) await agent.take(posText(next++))
          if (after === 'send') await agent.drain()
          if (after === 'restart' || after === 'reboot') {
            await agent.stop()
            if (after === 'reboot') machine.reboot()
            agent = testAgent({ home, machine })
          }
        }
        await agent.drain()
        await agent.stop()
        const lines = [...server.stored.values()].map(line => JSON.parse(line))
        expect(lines.map(line => line.sale.transaction_id)).toEqual(
          Array.from({ length: next }, (_, index) => `T-${index}`),
        )
        for (const { recorded_at, clock_offset_ms: offset } of lines) {
          if (offset === undefined) continue
          expect(Math.abs(Date.parse(recorded_at) - offset - Date.now())).toBeLessThan(30_000)
        }
        await server[Symbol.asyncDispose]()
      }),
      { numRuns: 15 },
    )
  })
})
