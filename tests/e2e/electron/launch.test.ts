import { existsSync, globSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { electronBinary } from '../../../scripts/electron/binary.ts'
import { type StandIn, startStandIn } from './stand-in-server.ts'

const ROOT = join(import.meta.dirname, '../../..')
/** The checkout, or a packed `app.asar`. */
const APP = process.env.SCOUT_APP === undefined ? ROOT : resolve(process.env.SCOUT_APP)
const RENDERER = join(ROOT, 'dist/renderer')
const binary = electronBinary()
const display =
  process.platform !== 'linux' ||
  process.env.DISPLAY !== undefined ||
  process.env.WAYLAND_DISPLAY !== undefined
const missing =
  binary === undefined
    ? 'skipped: Electron is not installed, `npm run electron:install` fetches it'
    : display
      ? undefined
      : 'skipped: there is no display, run it by `xvfb-run`'

describe.skipIf(missing !== undefined)(
  `the desktop application${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let profile: string
    let server: StandIn
    let scout: ElectronApplication
    let page: Page
    const violations: string[] = []

    async function launch(): Promise<void> {
      scout = await _electron.launch({
        executablePath: binary,
        args: [APP, `--profile=${profile}`, `--server=${server.origin}`],
        // Chromium's sandbox refuses root, as in containers.
        chromiumSandbox: process.getuid?.() !== 0,
      })
      page = await scout.firstWindow()
      page.on('console', message => {
        if (message.text().includes('Content Security Policy')) violations.push(message.text())
      })
      await page.waitForURL('app://scout/**')
      await page.waitForLoadState('load')
    }

    /** Calls main as the page does; what came back, or what it was refused with. */
    const invoke = (channel: string, ...request: readonly string[]) =>
      page.evaluate(
        ([name, args]) =>
          Reflect.get(globalThis, 'scout')
            .invoke(name, ...args)
            .then(
              (value: unknown) => ({ value }),
              (error: unknown) => ({ error }),
            ),
        [channel, request] as const,
      )

    /** The first built file of that name, as the page addresses it. */
    function built(pattern: string): string {
      const [path] = globSync(pattern, { cwd: RENDERER })
      if (path === undefined) throw new Error(`the build has no ${pattern}`)
      return `/${path.replaceAll('\\', '/')}`
    }

    beforeAll(async () => {
      for (const built of ['dist/main/main.js', 'dist/renderer/index.html']) {
        if (!existsSync(join(ROOT, built)))
          throw new Error(`${built} is missing: run \`npm run build\` first`)
      }
      profile = await mkdtemp(join(tmpdir(), 'scout-electron-'))
      server = await startStandIn()
      await launch()
    })

    afterAll(async () => {
      await scout?.close()
      server?.stop()
      if (profile !== undefined) await rm(profile, { recursive: true, force: true })
    })

    it('opens one window at app://scout, without Node in the page', async () => {
      expect(scout.windows()).toHaveLength(1)
      expect(new URL(page.url()).href).toMatch(/^app:\/\/scout\//)
      const globals = await page.evaluate(() =>
        ['require', 'process', 'module', 'Buffer'].filter(name => name in globalThis),
      )
      expect(globals).toEqual([])
      expect(await page.evaluate(() => Object.keys(Reflect.get(globalThis, 'scout')).toSorted())).toEqual([
        'invoke',
        'onMenuCommand',
      ])
    })

    it('answers typed IPC, and refuses what the contract does not know with its code', async () => {
      expect(await invoke('app:info')).toMatchObject({ value: { serverUrl: server.origin } })
      expect(await invoke('server:choose', 'http://example.com')).toMatchObject({
        error: { code: 'request_invalid' },
      })
      expect(await invoke('fs:read', '/etc/passwd')).toHaveProperty('error')
    })

    it('runs a worker of its own origin, with OPFS in it', async () => {
      const started = page.waitForEvent('worker', worker => worker.url().includes('probe'))
      await page.evaluate(path => {
        new Worker(`${path}?probe`, { type: 'module' })
      }, built('assets/*worker*.js'))
      const worker = await started
      expect(worker.url()).toMatch(/^app:\/\/scout\/assets\//)
      expect(await worker.evaluate(async () => (await navigator.storage.getDirectory()).kind)).toBe(
        'directory',
      )
    })

    it('compiles WebAssembly while it streams, and serves a part of a file', async () => {
      const [wasm] = globSync('**/*.wasm', { cwd: RENDERER })
      if (wasm === undefined) throw new Error('the build has no WebAssembly file')
      const result = await page.evaluate(
        async path => {
          const module = await WebAssembly.compileStreaming(fetch(path))
          const part = await fetch(path, { headers: { range: 'bytes=0-3' } })
          const bytes = [...new Uint8Array(await part.arrayBuffer())]
          return { compiled: module instanceof WebAssembly.Module, status: part.status, bytes }
        },
        `/${wasm.replaceAll('\\', '/')}`,
      )
      expect(result).toEqual({ compiled: true, status: 206, bytes: [0x00, 0x61, 0x73, 0x6d] })
    })

    it('forwards a range of a blob to the server, and the log-in as a page of the server would send it', async () => {
      const part = await page.evaluate(async () => {
        const answer = await fetch('/v1/blobs/probe', { headers: { range: 'bytes=10-13' } })
        return {
          status: answer.status,
          range: answer.headers.get('content-range'),
          bytes: [...new Uint8Array(await answer.arrayBuffer())],
        }
      })
      expect(part).toEqual({ status: 206, range: 'bytes 10-13/256', bytes: [10, 11, 12, 13] })
      const login = await page.evaluate(async () =>
        (await fetch('/v1/auth/login', { method: 'POST', body: '{}' })).json(),
      )
      expect(login.origin).toBe(server.origin)
      expect(['same-origin', 'none', undefined]).toContain(login.site)
    })

    it('keeps the refresh token from the page', async () => {
      const seen = await page.evaluate(async () => {
        const answer = await fetch('/v1/auth/refresh?probe', { method: 'POST' })
        return {
          header: answer.headers.get('set-cookie'),
          cookie: document.cookie,
          body: await answer.text(),
        }
      })
      expect(seen).toMatchObject({ header: null, cookie: '' })
      expect(seen.body).not.toContain('token-')
      expect(server.cookies).toEqual([undefined, 'scout_refresh=token-1'])
    })

    it('reaches nothing but its own origin, and opens no window', async () => {
      const outcome = await page.evaluate(async origin => {
        const reached = await fetch(`${origin}/v1/blobs/probe`, { mode: 'no-cors' }).then(
          () => true,
          () => false,
        )
        return { reached, opened: window.open('https://example.com') !== null }
      }, server.origin)
      expect(outcome).toEqual({ reached: false, opened: false })
      // The attempt above is the one violation that there may be.
      violations.splice(0, violations.length, ...violations.filter(text => !text.includes(server.origin)))
      await page.evaluate(() => {
        location.href = 'https://example.com'
      })
      expect(new URL(page.url()).href).toMatch(/^app:\/\/scout\//)
      expect(scout.windows()).toHaveLength(1)
    })

    it('is cross-origin isolated where this Electron allows it', async ({ annotate }) => {
      const isolation = await page.evaluate(() => ({
        isolated: globalThis.crossOriginIsolated,
        shared: typeof SharedArrayBuffer === 'function',
        secure: globalThis.isSecureContext,
      }))
      await annotate(`crossOriginIsolated ${isolation.isolated}, SharedArrayBuffer ${isolation.shared}`)
      expect(isolation.secure).toBe(true)
      expect(typeof isolation.isolated).toBe('boolean')
    })

    it('violates its own content security policy nowhere', () => {
      expect(violations).toEqual([])
    })

    it('keeps its partitions, and the log-in where the system encrypts, over a restart', async () => {
      await page.evaluate(async () => {
        const root = await navigator.storage.getDirectory()
        const file = await (await root.getFileHandle('launch-probe', { create: true })).createWritable()
        await file.write('still here')
        await file.close()
      })
      await scout.close()
      await launch()
      const text = await page.evaluate(async () => {
        const root = await navigator.storage.getDirectory()
        return (await (await root.getFileHandle('launch-probe')).getFile()).text()
      })
      expect(text).toBe('still here')
      const { value } = await invoke('app:info')
      await page.evaluate(async () => {
        await fetch('/v1/auth/refresh?probe', { method: 'POST' })
      })
      expect(server.cookies.at(-1)).toBe(
        value.tokenStorage === 'encrypted' ? 'scout_refresh=token-2' : undefined,
      )
    })

    it('says that it is offline when the server is gone, and stays open', async () => {
      server.stop()
      const answer = await page.evaluate(async () => {
        const response = await fetch('/v1/snapshot')
        return { status: response.status, body: await response.json() }
      })
      expect(answer).toMatchObject({ status: 503, body: { code: 'offline', retryable: true } })
      await page.reload()
      expect(await page.title()).not.toBe('')
    })
  },
)
