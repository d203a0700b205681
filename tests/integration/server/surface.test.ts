import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CONTRACT_NAMES } from '../../../app/contracts/device.ts'
import { CSRF_HEADER, errorBody, PATHS } from '../../../app/contracts/http.ts'
import { ERRORS } from '../../../app/errors.ts'
import { startServer } from '../../../sync-server/start-server.ts'
import { openTestDatabase, type TestDatabase } from '../../support/database.ts'
import { post } from './device.ts'
import { codeOf, openWorld, TENANT, type World } from './world.ts'

const PAGE = '<!doctype html><title>Scout</title>'

describe('what the server shows to everybody', () => {
  let database: TestDatabase
  let world: World
  let folder: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'scout-app-'))
    const appDir = join(folder, 'renderer')
    mkdirSync(join(appDir, 'assets'), { recursive: true })
    writeFileSync(join(appDir, 'index.html'), PAGE)
    writeFileSync(join(appDir, 'sw.js'), '// precaches')
    writeFileSync(join(appDir, 'assets/index-BxK3f9aQ.js'), 'export {}')
    writeFileSync(join(appDir, 'assets/scout.wasm'), 'x')
    writeFileSync(join(folder, 'outside.txt'), 'not yours')
    database = await openTestDatabase('embedded')
    world = await openWorld(database, { appDir, rateLimits: { login: 3, enrol: 1000, token: 1000 } })
  })
  afterAll(async () => {
    await world?.close()
    await database?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const ask = (path: string, headers: Record<string, string> = {}) =>
    fetch(new URL(path, world.url), { headers })
  const navigation = { accept: 'text/html,application/xhtml+xml' }

  describe('the application', () => {
    it.each(['/', '/index.html', '/map/region?metric=sales'])(
      'is the page at %s, asked for anew each time',
      async path => {
        const response = await ask(path, navigation)
        expect(await response.text()).toBe(PAGE)
        expect(response.headers.get('cache-control')).toBe('no-cache')
        expect(response.headers.get('content-type')).toMatch(/text\/html/)
      },
    )

    it('keeps hashed assets for ever and everything else not at all', async () => {
      const cached = async (path: string) => (await ask(path)).headers.get('cache-control')
      expect(await cached('/assets/index-BxK3f9aQ.js')).toBe('public, max-age=31536000, immutable')
      expect(await cached('/assets/scout.wasm')).toBe('no-cache')
      expect(await cached('/sw.js')).toBe('no-cache')
    })

    it('does not answer a missing file with the page', async () => {
      expect(await codeOf(await ask('/assets/gone-12345678.js', navigation))).toBe('404 not_found')
      expect(await codeOf(await ask('/nothing'))).toBe('404 not_found')
      expect(await codeOf(await ask('/v1/nothing', navigation))).toBe('404 not_found')
    })

    it('gives nothing from outside its folder', async () => {
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const { hostname, port } = new URL(world.url)
        get({ hostname, port, path: '/..%2foutside.txt' }, response => {
          response.resume()
          resolve(response.statusCode)
        }).on('error', reject)
      })
      expect(status).toBeGreaterThanOrEqual(400)
    })

    it('is isolated and talks only to its own origin', async () => {
      const { headers } = await ask('/', navigation)
      const policy = headers.get('content-security-policy') ?? ''
      for (const directive of [
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "worker-src 'self'",
        "connect-src 'self' blob:",
        "img-src 'self' data: blob:",
        "style-src 'self' 'unsafe-inline'",
        "object-src 'none'",
        "frame-ancestors 'none'",
      ]) {
        expect(policy.split(';')).toContain(directive)
      }
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp')
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('access-control-allow-origin')).toBeNull()
    })
  })

  describe('health', () => {
    it('says that it lives and that it can work', async () => {
      expect(await (await ask('/healthz')).json()).toEqual({ status: 'ok' })
      expect(await (await ask('/readyz')).json()).toEqual({ status: 'ok' })
    })

    it('measures requests by route, not by address', async () => {
      await ask(PATHS.blob('0'.repeat(64)))
      const text = await (await ask('/metrics')).text()
      expect(text).toContain('route="/v1/blobs/:sha256"')
      expect(text).not.toContain('0'.repeat(64))
    })

    it('shows its numbers on this machine alone, not to whom a proxy brings', async () => {
      expect(await codeOf(await ask('/metrics', { 'x-forwarded-for': '203.0.113.7' }))).toBe('403 forbidden')
    })
  })

  describe('the documentation', () => {
    const paths = [
      [PATHS.login, 'post'],
      [PATHS.refresh, 'post'],
      [PATHS.logout, 'post'],
      [PATHS.me, 'get'],
      [PATHS.root, 'get'],
      [PATHS.snapshot, 'get'],
      [PATHS.manifest('{sha256}'), 'get'],
      [PATHS.blob('{sha256}'), 'get'],
      [PATHS.claims, 'post'],
      [PATHS.devices, 'get'],
      [PATHS.enrol, 'post'],
      [PATHS.deviceToken, 'post'],
      [PATHS.batches, 'post'],
      [PATHS.publications, 'post'],
      [PATHS.transforms, 'post'],
      [PATHS.job('{job_id}'), 'get'],
    ] as const

    it('names every path of the interface and every code of the closed list', async () => {
      const document = await (await ask('/docs/json')).json()
      expect(document.openapi).toMatch(/^3\.1/)
      for (const [path, method] of paths)
        expect(document.paths[path]?.[method], `${method} ${path}`).toBeDefined()
      expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining([...CONTRACT_NAMES]))
      for (const code of Object.keys(ERRORS)) expect(document.info.description).toContain(`\`${code}\``)
    })

    it('is there to be read', async () => {
      const response = await ask('/docs', navigation)
      expect(response.status).toBe(200)
      expect(await response.text()).toContain('swagger')
    })
  })

  it('stops who guesses passwords', async () => {
    const guess = () =>
      post(world.url, PATHS.login, { email: 'a@b.example', password: 'x' }, { [CSRF_HEADER]: '1' })
    for (let i = 0; i < 3; i++) await guess()
    const response = await guess()
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await codeOf(response)).toBe('429 rate_limited')
  })

  it('counts by the address that the proxy saw, not by what the guesser writes before it', async () => {
    const behind = await startServer({
      home: join(folder, 'behind'),
      databaseUrl: database.connectionString,
      config: { logLevel: 'silent', trustProxy: true, rateLimits: { login: 2, enrol: 1, token: 1 } },
    })
    const guess = (forwarded: string) =>
      post(
        behind.url,
        PATHS.login,
        { email: 'a@b.example', password: 'x' },
        { [CSRF_HEADER]: '1', 'x-forwarded-for': forwarded },
      )
    try {
      const guesses = ['198.51.100.1', '198.51.100.2', '198.51.100.3'].map(made => `${made}, 203.0.113.9`)
      const statuses = []
      for (const forwarded of guesses) statuses.push((await guess(forwarded)).status)
      expect(statuses).toEqual([401, 401, 429])
      expect((await guess('203.0.113.10')).status).toBe(401)
    } finally {
      await behind.close()
    }
  })

  it('answers by its own codes also what is no request', async () => {
    const raw = async (text: string) => {
      const socket = connect(Number(new URL(world.url).port), '127.0.0.1')
      socket.end(text)
      const [head = '', body = ''] = (await buffer(socket)).toString().split('\r\n\r\n')
      return `${head.split(' ')[1]} ${errorBody.parse(JSON.parse(body)).code}`
    }
    const request = 'GET /v1/%zz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n'
    expect(await raw(`${request}\r\n`)).toBe('400 request_invalid')
    expect(await raw(`${request}long: ${'x'.repeat(20_000)}\r\n\r\n`)).toBe('431 request_invalid')
    expect(await raw('HELO scout\r\n\r\n')).toBe('400 request_invalid')
  })

  it('never shows the inside of a fault', async () => {
    const away = await startServer({
      home: join(folder, 'away'),
      databaseUrl: database.connectionString,
      config: { logLevel: 'silent' },
    })
    try {
      await away.pool.end()
      const response = await fetch(new URL('/readyz', away.url))
      expect(await response.json()).toEqual({
        code: 'database_unavailable',
        message: ERRORS.database_unavailable.message,
        retryable: true,
      })
    } finally {
      await expect(away.close()).rejects.toThrow()
    }
  })

  it('serves with foreign signing keys, and then publishes nothing', async () => {
    const other = await startServer({
      home: join(folder, 'other'),
      databaseUrl: database.connectionString,
      config: { logLevel: 'silent' },
    })
    try {
      expect((await fetch(new URL('/readyz', other.url))).status).toBe(200)
      await expect(other.publish(TENANT)).rejects.toMatchObject({ code: 'root_untrusted' })
    } finally {
      await other.close()
    }
  })

  it('lets a download under way end before it closes', async () => {
    const short = await startServer({
      home: join(folder, 'short'),
      databaseUrl: database.connectionString,
      config: { logLevel: 'silent' },
    })
    const answers = Array.from({ length: 5 }, () => fetch(new URL('/docs/json', short.url)))
    await short.close()
    const ended = await Promise.allSettled(answers.map(async answer => (await answer).status))
    for (const one of ended) if (one.status === 'fulfilled') expect([200, 503]).toContain(one.value)
    await expect(fetch(new URL('/healthz', short.url))).rejects.toThrow()
  })
})
