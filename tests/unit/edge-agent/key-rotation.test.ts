import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { PATHS } from '../../../app/contracts/http.ts'
import { IdentityStore } from '../../../edge-agent/uplink/identity.ts'
import { enrolledAgent, eventually, testAgent, testServer } from './support/agent.ts'
import { temporaryHome } from './support/home.ts'
import { posText } from './support/sales.ts'

const keyOf = (home: string) => new IdentityStore(home).read()?.deviceKey.publicKey

describe('a new key', () => {
  it('takes over at once, and the old one is gone', async () => {
    const home = temporaryHome()
    const { agent, server } = await enrolledAgent({}, { home })
    const before = keyOf(home)
    await agent.rotateKey()
    expect(keyOf(home)).not.toBe(before)
    const { key, previous_key } = JSON.parse(readFileSync(join(home, 'enrolment.json'), 'utf8'))
    expect(previous_key).toBeUndefined()
    expect(readdirSync(join(home, 'keys'))).toEqual([`${key}.pem`])
    await agent.take(posText(1))
    await agent.drain()
    await agent.stop()
    const again = testAgent({ home })
    await again.take(posText(2))
    await again.drain()
    expect(server.stored.size).toBe(2)
    expect(server.betrayals).toEqual([])
  })

  it('comes by itself when the old one is old, and not before', async () => {
    const home = temporaryHome()
    const { agent, server } = await enrolledAgent({}, { home, settings: { rotate_key_days: 30 } })
    const first = keyOf(home)
    await agent.take(posText(1))
    await agent.drain()
    expect(keyOf(home)).toBe(first)
    await agent.stop()
    const path = join(home, 'enrolment.json')
    const enrolment = JSON.parse(readFileSync(path, 'utf8'))
    const old = new Date(Date.now() - 31 * 86_400_000).toISOString()
    writeFileSync(path, JSON.stringify({ ...enrolment, enrolled_at: old }))
    const later = testAgent({ home, settings: { rotate_key_days: 30 } })
    await later.take(posText(2))
    await later.drain()
    expect(keyOf(home)).not.toBe(first)
    expect(later.status().uplink?.key_age_days).toBe(0)
    await later.take(posText(3))
    await later.drain()
    expect(server.stored.size).toBe(3)
  })

  // Token, announcement, first use: each is lost on its way there or on its way back.
  it.each([1, 2, 3].flatMap(step => [[step, 'cut'] as const, [step, 'cut-after-store'] as const]))(
    'locks nobody out when step %i is %s, with and without a restart',
    async (step, how) => {
      for (const restart of [false, true]) {
        const home = temporaryHome()
        let tries = 0
        const { agent, server } = await enrolledAgent(
          { keyMishap: () => (++tries === step ? how : undefined) },
          { home },
        )
        await expect(agent.rotateKey()).rejects.toMatchObject({ code: 'offline' })
        let now = agent
        if (restart) {
          await agent.stop()
          now = testAgent({ home })
        }
        await now.take(posText(1))
        await now.drain()
        await now.rotateKey()
        await now.take(posText(2))
        await now.drain()
        expect(server.stored.size).toBe(2)
        expect(server.betrayals).toEqual([])
      }
    },
  )

  it('is found by an agent that missed the answer and stayed away longer than the overlap', async () => {
    const home = temporaryHome()
    let cut = true
    const { agent, server } = await enrolledAgent(
      { keyMishap: path => (path === PATHS.deviceKey && cut ? 'cut-after-store' : undefined) },
      { home },
    )
    const before = keyOf(home)
    await expect(agent.rotateKey()).rejects.toMatchObject({ code: 'offline' })
    expect(keyOf(home)).toBe(before)
    await agent.stop()
    cut = false
    server.overlapEnded = true
    const later = testAgent({ home })
    await later.take(posText(1))
    await later.drain()
    expect(server.stored.size).toBe(1)
    expect(keyOf(home)).not.toBe(before)
  })

  it('is given up where the server never heard of it', async () => {
    const home = temporaryHome()
    const { agent, server } = await enrolledAgent({}, { home })
    await agent.stop()
    const before = keyOf(home)
    const store = new IdentityStore(home)
    store.nextKey()
    store.adoptNext(new Date())
    expect(keyOf(home)).not.toBe(before)
    const later = testAgent({ home })
    await later.take(posText(1))
    await later.drain()
    expect(server.stored.size).toBe(1)
    expect(keyOf(home)).toBe(before)
    await later.rotateKey()
    expect(keyOf(home)).not.toBe(before)
  })

  it('locks nobody out when the agent is killed around any step of it', { timeout: 120_000 }, async () => {
    const home = temporaryHome()
    const atStep: {
      kill?: () => void
      step: number
      seen: number
      how: 'cut' | 'cut-after-store' | undefined
    } = {
      step: 0,
      seen: 0,
      how: undefined,
    }
    const server = await testServer({
      keyMishap: () => {
        if (++atStep.seen !== atStep.step) return undefined
        atStep.kill?.()
        return atStep.how
      },
    })
    const agent = testAgent({ home })
    await agent.enrol({ server: server.url, claim: server.claim(), name: 'x' })
    await agent.stop()
    const keys = new Set<string | undefined>()
    // Token, announcement and first use, of the first change and of the second.
    for (let round = 0; round < 15; round++) {
      const script = fileURLToPath(new URL('./support/rotate-child.ts', import.meta.url))
      const child = spawn(process.execPath, [script, home], { stdio: 'ignore' })
      const gone = once(child, 'exit')
      const mercyMs = Math.random() * 12
      Object.assign(atStep, {
        step: 1 + (round % 5),
        seen: 0,
        how: (['cut', 'cut-after-store', undefined] as const)[round % 3],
        kill: () => void setTimeout(() => child.kill('SIGKILL'), mercyMs),
      })
      await gone
      atStep.step = 0
      const after = testAgent({ home })
      await after.take(posText(round))
      await after.drain({ maxFailures: 20 })
      await after.stop()
      expect(server.stored.size).toBe(round + 1)
      keys.add(keyOf(home))
    }
    expect(keys.size).toBeGreaterThan(5)
    expect(server.betrayals).toEqual([])
  })

  it('is asked for from a running agent by a file in its home', { timeout: 30_000 }, async () => {
    const home = temporaryHome()
    const { agent } = await enrolledAgent({}, { home })
    await agent.start()
    const before = keyOf(home)
    writeFileSync(join(home, 'rotate-key.request'), 'one')
    await eventually(() => expect(keyOf(home)).not.toBe(before))
    await eventually(() => {
      expect(JSON.parse(readFileSync(join(home, 'rotate-key.answer'), 'utf8'))).toEqual({
        id: 'one',
        ok: true,
      })
    })
  })

  it('needs an enrolment, and says so', async () => {
    await expect(testAgent().rotateKey()).rejects.toMatchObject({ code: 'not_enrolled' })
  })
})

describe('a device that may not send', () => {
  it.each(['device_suspended', 'device_revoked'] as const)(
    'keeps its sales and says what to do: %s',
    async code => {
      const message = `${code}: ask an administrator`
      let refused = true
      const { agent, server } = await enrolledAgent({
        mishap: () =>
          refused ? { status: 403, body: JSON.stringify({ code, message, retryable: false }) } : undefined,
      })
      await agent.take(posText(1))
      await expect(agent.drain()).rejects.toMatchObject({ code })
      expect(agent.status()).toMatchObject({
        waiting: 1,
        rejected: 0,
        uplink: { last_error: { code, message } },
      })
      refused = false
      await agent.drain()
      expect(server.stored.size).toBe(1)
    },
  )
})
