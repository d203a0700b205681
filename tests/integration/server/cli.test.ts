import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CSRF_HEADER, PATHS } from '../../../app/contracts/http.ts'
import { openTestDatabase, type TestDatabase } from '../../support/database.ts'
import { post } from './device.ts'

const CLI = join(import.meta.dirname, '../../../sync-server/cli.ts')

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

describe('scout', () => {
  let database: TestDatabase
  let home: string
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'scout-home-'))
    database = await openTestDatabase('embedded')
  })
  afterAll(async () => {
    await database?.close()
    rmSync(home, { recursive: true, force: true })
  })

  const start = (args: readonly string[]) =>
    spawn(process.execPath, [CLI, ...args], {
      env: { ...process.env, SCOUT_HOME: home, DATABASE_URL: database.connectionString },
      stdio: ['ignore', 'pipe', 'pipe'],
    })

  async function scout(...args: string[]): Promise<Ended> {
    const child = start(args)
    let out = ''
    let err = ''
    child.stdout.on('data', chunk => {
      out += chunk
    })
    child.stderr.on('data', chunk => {
      err += chunk
    })
    const [code] = await once(child, 'close')
    return { code, out, err }
  }

  it('explains itself, and ends with 2 when it was not understood', async () => {
    const help = await scout('--help')
    expect(help.code).toBe(0)
    for (const command of ['serve', 'migrate', 'user', 'device', 'transform', 'publish', 'dataset']) {
      expect(help.out).toContain(command)
    }
    expect(await scout('pubish')).toMatchObject({ code: 2, err: expect.stringContaining('publish') })
  })

  it('makes a tenant, a person and a claim, and says what it cannot do', async () => {
    expect(await scout('user', 'list', '--json')).toMatchObject({
      code: 1,
      err: expect.stringContaining('"request_invalid"'),
    })
    expect(await scout('tenant', 'add', 'tindahan', '--name', 'Tindahan')).toMatchObject({ code: 0 })
    const added = await scout(
      'user',
      'add',
      '--email',
      'Ana@Tindahan.example',
      '--region',
      'Metro Manila',
      '1300000000',
      '--json',
    )
    expect(JSON.parse(added.out)).toEqual({ email: 'Ana@Tindahan.example', password: expect.any(String) })
    const again = await scout('user', 'add', '--email', 'ana@tindahan.example')
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('conflict') })
    expect((await scout('user', 'list')).out).toBe('ana@tindahan.example\tanalyst\t1300000000\n')
    expect((await scout('device', 'claim', '--label', 'Aling Nena')).out).toMatch(
      /^(\w{4}-){3}\w{4}\tvalid until/,
    )
    expect((await scout('publish')).err).toContain('nothing_to_publish')
    expect((await scout('publish', '--version', 'one')).err).toContain('request_invalid')
  })

  it('refuses what would never work', async () => {
    const refuses = async (reason: string, ...args: string[]) =>
      expect(await scout(...args)).toMatchObject({ code: 1, err: expect.stringContaining(reason) })
    await refuses(
      'There is no geography atlantis',
      'tenant',
      'add',
      'karatula',
      '--name',
      'K',
      '--pack',
      'atlantis',
    )
    await refuses('no valid name', 'tenant', 'add', 'karatula', '--name', ' ')
    expect(await scout('tenant', 'add', 'karatula', '--name', 'Karatula')).toMatchObject({ code: 0 })
    const add = ['user', 'add', '--tenant', 'karatula', '--email']
    await refuses(
      'There is no region Atlantis, 9999',
      ...add,
      'k@k.example',
      '--region',
      'Atlantis',
      '9999',
      'NCR',
    )
    await refuses('ana@tindahan.example is of another tenant', ...add, 'Ana@tindahan.example')
    await refuses('database_unavailable', 'migrate', '--database-url', 'postgres://127.0.0.1:1/scout')
  })

  it('imports files, reports bad rows with status 1, and opens and erases a customer', async () => {
    const [stores, customers] = [join(home, 'stores.csv'), join(home, 'customers.csv')]
    writeFileSync(stores, 'store_id,store_name,region_name,city\nA,Aling Nena,NCR,Makati\nB,,NCR,Makati\n')
    writeFileSync(customers, 'customer_id,first_name\nSUKI-1,Maria\n')
    const of = ['--tenant', 'tindahan']
    const dry = await scout('import', 'stores', stores, '--dry-run', ...of)
    expect(dry).toMatchObject({
      code: 1,
      out: expect.stringContaining(`${stores}:3: store_name: is empty\n`),
    })
    const skipped = await scout('import', 'stores', stores, '--skip-bad', '--json', ...of)
    expect(skipped.code).toBe(1)
    expect(
      skipped.out
        .trim()
        .split('\n')
        .map(line => JSON.parse(line)),
    ).toEqual([
      { file: stores, line: 3, column: 'store_name', reason: 'is empty' },
      expect.objectContaining({ rows: 2, bad_rows: 1, imported: 1 }),
    ])
    expect(await scout('import', 'shops', stores, ...of)).toMatchObject({ code: 2 })
    expect(await scout('import', 'customers', customers, ...of)).toMatchObject({ code: 0 })
    expect((await scout('customer', 'show', 'SUKI-1', ...of)).out).toContain('first_name\tMaria')
    expect(await scout('keys', 'rotate-personal', '--json')).toMatchObject({
      code: 0,
      out: expect.stringContaining('"key_version":2'),
    })
    expect((await scout('customer', 'show', 'SUKI-1', ...of)).out).toContain('first_name\tMaria')
    expect(await scout('customer', 'erase', 'SUKI-1', ...of)).toMatchObject({ code: 0 })
    expect((await scout('customer', 'show', 'SUKI-1', ...of)).out).toContain('erased at')
    expect(await scout('customer', 'show', 'nobody', ...of)).toMatchObject({ code: 1 })
  })

  it('serves until it is told to stop, and then ends in order', async () => {
    const { out } = await scout(
      ...'user add --tenant tindahan --email eva@tindahan.example --json'.split(' '),
    )
    const application = join(home, 'renderer')
    mkdirSync(application)
    writeFileSync(join(application, 'index.html'), 'the application')
    const child = start([
      'serve',
      '--port',
      '0',
      '--log-level',
      'silent',
      '--app',
      relative(process.cwd(), application),
    ])
    const [line] = await once(createInterface(child.stdout), 'line')
    const url = /http:\/\/\S+/.exec(line)?.[0] ?? ''
    const body = { email: 'eva@tindahan.example', password: JSON.parse(out).password }
    expect((await post(url, PATHS.login, body, { [CSRF_HEADER]: '1' })).status).toBe(200)
    expect(await (await fetch(url)).text()).toBe('the application')

    const busy = await scout('serve', '--port', new URL(url).port, '--app', application)
    expect(busy).toMatchObject({
      code: 1,
      err: expect.stringMatching(/busy: Nothing can listen at 127.0.0.1:\d+/),
    })
    const absent = await scout('serve', '--port', '0', '--app', join(home, 'no-application'))
    expect(absent).toMatchObject({ code: 1, err: expect.stringContaining('no built application') })
    expect(await scout('serve', '--log-level', 'loud')).toMatchObject({ code: 2 })
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})
