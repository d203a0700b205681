import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { staticFiles } from '../../../main/static/static-files.ts'

let folder: string
let serve: (path: string, init?: RequestInit) => Promise<Response>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scout-static-'))
  const root = join(folder, 'renderer')
  await mkdir(join(root, 'assets'), { recursive: true })
  await mkdir(join(folder, 'renderer-secret'))
  await Promise.all([
    writeFile(join(root, 'index.html'), '<!doctype html>'),
    writeFile(join(root, 'empty.txt'), ''),
    writeFile(join(root, 'with space.txt'), 'spaced'),
    writeFile(join(root, '.env'), 'hidden'),
    writeFile(join(root, 'assets', 'cube-Ab12_-9z.wasm'), '0123456789'),
    writeFile(join(root, 'assets', 'map-worker-Zz00Yy11.mjs'), 'export {}'),
    writeFile(join(folder, 'secret.txt'), 'outside'),
    writeFile(join(folder, 'renderer-secret', 'a.txt'), 'outside'),
  ])
  await symlink(join(folder, 'secret.txt'), join(root, 'link.txt'))
  const files = staticFiles(root)
  serve = (path, init) => files(new Request(`app://scout${path}`, init))
})

afterAll(() => rm(folder, { recursive: true }))

describe('files of the built page', () => {
  it('opens with index.html, which is asked for anew each time', async () => {
    const answer = await serve('/#level=region')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(answer.headers.get('cache-control')).toBe('no-cache')
    expect(await answer.text()).toBe('<!doctype html>')
  })

  it('keeps hashed assets for good and gives WebAssembly and modules their types', async () => {
    const wasm = await serve('/assets/cube-Ab12_-9z.wasm')
    expect(wasm.headers.get('content-type')).toBe('application/wasm')
    expect(wasm.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(wasm.headers.get('content-length')).toBe('10')
    expect((await serve('/assets/map-worker-Zz00Yy11.mjs')).headers.get('content-type')).toContain(
      'text/javascript',
    )
  })

  it('reads percent-encoded names and empty files', async () => {
    expect(await (await serve('/with%20space.txt')).text()).toBe('spaced')
    const empty = await serve('/empty.txt')
    expect([empty.status, empty.headers.get('content-length'), await empty.text()]).toEqual([200, '0', ''])
  })

  it('answers HEAD with the length and no body', async () => {
    const answer = await serve('/assets/cube-Ab12_-9z.wasm', { method: 'HEAD' })
    expect([answer.headers.get('content-length'), await answer.text()]).toEqual(['10', ''])
  })

  it('lets nothing be written', async () => {
    expect((await serve('/index.html', { method: 'POST', body: 'x' })).status).toBe(404)
  })
})

describe('ranges', () => {
  it.each([
    ['bytes=0-3', 206, 'bytes 0-3/10', '0123'],
    ['bytes=-2', 206, 'bytes 8-9/10', '89'],
    ['bytes=6-', 206, 'bytes 6-9/10', '6789'],
    ['bytes=10-', 416, 'bytes */10', ''],
    ['bytes=0-1,3-4', 200, null, '0123456789'],
  ])('%s', async (range, status, contentRange, body) => {
    const answer = await serve('/assets/cube-Ab12_-9z.wasm', { headers: { range } })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-range')).toBe(contentRange)
    expect(await answer.text()).toBe(body)
    if (status === 206) expect(answer.headers.get('content-length')).toBe(String(body.length))
  })

  it('gives the whole to an If-Range, for there is nothing that it could agree with', async () => {
    const headers = { range: 'bytes=0-3', 'if-range': '"etag"' }
    expect((await serve('/assets/cube-Ab12_-9z.wasm', { headers })).status).toBe(200)
  })
})

describe('addresses that lead elsewhere', () => {
  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/..%2frenderer-secret%2fa.txt',
    '/%252e%252e%252fsecret.txt',
    '/link.txt',
    '/.env',
    '/C:%5cwindows%5cwin.ini',
    '/c:/windows/win.ini',
    '/index.html%00.png',
    '/%ff',
    '/%zz',
    '/assets',
    '/assets/',
    '/missing.js',
    '/index.html/x',
  ])('%s is not found', async path => {
    const answer = await serve(path)
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ code: 'not_found' })
  })
})
