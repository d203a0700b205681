import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claimRequest } from '../../../app/contracts/device.ts'
import { withTenant } from '../../../sync-server/database/tenant.ts'
import { createClaim } from '../../../sync-server/devices/claims.ts'
import { openTestDatabase, type TestDatabase } from '../../support/database.ts'
import { runProgram } from '../../support/run-program.ts'
import { openWorld, sale, TENANT, type World } from './world.ts'

const AGENT = 'edge-agent/cli.ts'

describe('edge-agent, with the real server', () => {
  let database: TestDatabase
  let world: World
  let home: string
  beforeAll(async () => {
    database = await openTestDatabase('embedded')
    world = await openWorld(database)
    home = mkdtempSync(join(tmpdir(), 'scout-agent-'))
    mkdirSync(join(home, 'inbox'))
  })
  afterAll(async () => {
    await world?.close()
    await database?.close()
    rmSync(home, { recursive: true, force: true })
  })

  const agent = (...args: string[]) => runProgram(AGENT, [...args, '--json'], { SCOUT_AGENT_HOME: home })
  const rows = async (sql: string) =>
    (await withTenant(world.server.pool, TENANT, tx => tx.query(sql, [TENANT]))).rows
  const sell = async (file: string, ...lines: string[]) => {
    writeFileSync(join(home, 'inbox', file), lines.map(line => `${line}\n`).join(''))
    return JSON.parse((await agent('run', '--once')).out)
  }
  const text = (id: string, change = {}) => JSON.stringify(sale(id, change).sale)

  it('has no key to change before it is enrolled', async () => {
    expect(await agent('rotate-key')).toMatchObject({ code: 3, out: '' })
    const request = claimRequest.parse({ label: 'agent' })
    const { claim_code } = await createClaim(world.server.pool, TENANT, request, null, new Date())
    const enrolled = await agent(...['enrol', '--server', world.url, '--claim', claim_code, '--name', 'Nena'])
    expect(enrolled.code).toBe(0)
  })

  it('changes its key on request, the server takes the new one, and sales go on', async () => {
    expect(await sell('before.jsonl', text('K1'))).toMatchObject({ sent: 1, waiting: 0 })
    const { code, out } = await agent('rotate-key')
    expect(code).toBe(0)
    expect(out).not.toContain('PRIVATE')
    expect(JSON.parse(out)).toEqual({ key: expect.any(String), key_since: expect.any(String) })
    expect(await sell('after.jsonl', text('K2'))).toMatchObject({ sent: 1, waiting: 0 })
    const keys = await rows(
      'select replaced_at is null as in_use, first_used_at is null as unused from scout.device_key where tenant_id = $1 order by added_at',
    )
    expect(keys).toEqual([
      { in_use: false, unused: false },
      { in_use: true, unused: false },
    ])
  })

  it('changes the key of the agent that runs, by asking it', async () => {
    const path = join(import.meta.dirname, '../../..', AGENT)
    const env = { ...process.env, SCOUT_AGENT_HOME: home }
    const running = spawn(process.execPath, [path, 'run', '--port', '0', '--json'], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    try {
      await once(running.stdout, 'data')
      expect(await agent('rotate-key')).toMatchObject({ code: 0, err: '' })
      expect(await agent('rejected', '--clear')).toMatchObject({ code: 4, out: '' })
    } finally {
      running.kill('SIGTERM')
      await once(running, 'close')
    }
    const [{ keys, status }] = await rows(
      `select count(*) as keys, min(d.status) as status from scout.device_key k join scout.device d using (tenant_id, device_id)
       where tenant_id = $1`,
    )
    expect({ keys, status }).toEqual({ keys: 3, status: 'active' })
  })

  it('exports what was rejected, its own and the server’s, and forgets it when told to', async () => {
    const report = await sell('bad.jsonl', 'nonsense', text('K3', { total: 'lots' }), text('K4'))
    expect(report).toMatchObject({ rejected: 2, waiting: 0 })
    const file = join(home, 'rejected.jsonl')
    expect(JSON.parse((await agent('rejected')).out)).toEqual({ rejected: 2, exported: null, cleared: 0 })
    expect(existsSync(file)).toBe(false)
    const exported = await agent('rejected', '--export', file, '--clear')
    expect(exported.code).toBe(0)
    expect(JSON.parse(exported.out)).toEqual({ rejected: 2, exported: file, cleared: 2 })
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    expect(lines.map(line => JSON.parse(line))).toMatchObject([
      { source: 'folder:bad.jsonl', line: 1, code: 'sale_malformed', text: 'nonsense' },
      { source: 'folder:bad.jsonl', line: 2, code: 'sale_invalid', text: text('K3', { total: 'lots' }) },
    ])
    expect(JSON.parse((await agent('rejected')).out)).toEqual({ rejected: 0, exported: null, cleared: 0 })
    expect(await agent('rejected', '--export', join(home, 'no', 'such', 'place'))).toMatchObject({ code: 1 })
  })
})
