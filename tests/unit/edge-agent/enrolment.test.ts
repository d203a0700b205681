import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readStatus } from '../../../edge-agent/agent-status.ts'
import { IdentityStore } from '../../../edge-agent/uplink/identity.ts'
import { AGENT_VERSION } from '../../../edge-agent/version.ts'
import { silent, testAgent, testServer } from './support/agent.ts'
import { temporaryHome } from './support/home.ts'
import { posText } from './support/sales.ts'

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

describe('enrolment', () => {
  it('makes a key on the device, readable by nobody else, and keeps it over restarts', async () => {
    const server = await testServer({ epochFloor: 3 })
    const home = temporaryHome()
    const agent = testAgent({ home })
    const identity = await agent.enrol({ server: server.url, claim: server.claim(), name: '  Aling Nena  ' })

    expect(identity).toMatchObject({
      device_id: 'device-1',
      tenant_id: 'test',
      boot_epoch_floor: 3,
      server: server.url,
    })
    expect(server.enrolments).toMatchObject([{ name: 'Aling Nena', agent_version: AGENT_VERSION }])
    const keys = readdirSync(join(home, 'keys'))
    expect(keys).toEqual([`${identity.key}.pem`])
    expect(modeOf(join(home, 'keys', keys[0] ?? ''))).toBe('600')
    expect(modeOf(join(home, 'enrolment.json'))).toBe('600')
    expect(readFileSync(join(home, 'enrolment.json'), 'utf8')).not.toContain('PRIVATE')
    await agent.stop()

    const again = testAgent({ home })
    await again.take(posText(1))
    await again.drain()
    expect([...server.stored.keys()]).toEqual(['3/1'])
  })

  it('shows the same key again when an attempt failed, and nothing else has changed', async () => {
    const server = await testServer()
    const home = temporaryHome()
    const agent = testAgent({ home })
    const refused = agent.enrol({ server: server.url, claim: 'claim-unknown', name: 'x' })
    await expect(refused).rejects.toMatchObject({ code: 'claim_unknown' })
    const before = new IdentityStore(home).pendingKey().publicKey
    expect(agent.status().enrolment).toBeNull()
    const identity = await agent.enrol({ server: server.url, claim: server.claim(), name: 'x' })
    expect(identity.deviceKey.publicKey).toBe(before)
  })

  it('takes a new key each time it enrols anew, so that a clone can be told apart', async () => {
    const server = await testServer()
    const home = temporaryHome()
    const agent = testAgent({ home })
    const first = await agent.enrol({ server: server.url, claim: server.claim(), name: 'x' })
    const second = await agent.enrol({ server: server.url, claim: server.claim(), name: 'x' })
    expect(second.deviceKey.publicKey).not.toBe(first.deviceKey.publicKey)
    expect(second.device_id).not.toBe(first.device_id)
    expect(readdirSync(join(home, 'keys'))).toEqual([`${second.key}.pem`])
  })

  it('says that there is no server', async () => {
    const server = await testServer()
    await server.goAway()
    const enrolled = testAgent().enrol({ server: server.url, claim: 'claim-code', name: 'x' })
    await expect(enrolled).rejects.toMatchObject({ code: 'offline', retryable: true })
  })

  it('goes on storing when its enrolment is damaged, and sends once it is enrolled again', async () => {
    const server = await testServer()
    const home = temporaryHome()
    const agent = testAgent({ home })
    await agent.enrol({ server: server.url, claim: server.claim(), name: 'x' })
    await agent.stop()
    rmSync(join(home, 'keys'), { recursive: true })
    writeFileSync(join(home, 'enrolment.json'), '{')
    expect(() => new IdentityStore(home).read()).toThrow(expect.objectContaining({ code: 'not_enrolled' }))

    const damaged = testAgent({ home })
    await damaged.take(posText(1))
    await expect(damaged.drain()).rejects.toMatchObject({ code: 'not_enrolled' })
    expect(readStatus(home)).toMatchObject({ enrolment: null, waiting: 1 })
    await damaged.enrol({ server: server.url, claim: server.claim(), name: 'x' })
    await damaged.drain()
    expect(server.stored.size).toBe(1)
  })

  it('sends what was stored before it', async () => {
    const server = await testServer({ epochFloor: 7 })
    const agent = testAgent({ log: silent })
    await agent.take(posText(1))
    await expect(agent.drain()).rejects.toMatchObject({ code: 'not_enrolled' })
    await agent.enrol({ server: server.url, claim: server.claim(), name: 'x' })
    await agent.drain()
    expect([...server.stored.keys()]).toEqual(['7/1'])
  })

  it('reports the version of the package', () => {
    const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
    expect(AGENT_VERSION).toBe(manifest.version)
  })
})
