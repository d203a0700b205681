import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { build, type UserConfig } from 'vite'
import { openProfile } from '../../support/chromium.ts'

/** Answers a request that is not for a file of the page; false to leave it alone. */
type Handler = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>

export interface BenchPage {
  readonly page: Page
  readonly context: BrowserContext
  readonly origin: string
  close(): Promise<void>
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
}

export interface BenchPageOptions {
  readonly handler?: Handler
  /** Sent with every answer, such as a content security policy. */
  readonly headers?: Readonly<Record<string, string>>
  /** Merged into the build, such as plugins and aliases. */
  readonly vite?: UserConfig
  readonly width?: number
  readonly height?: number
}

/**
 * Builds the page in `root` (its `index.html`) as the product is built, serves it cross-origin isolated (so that clocks tick in microseconds)
 * and opens it in the system's Chromium with a new profile. Everything is gone after `close`.
 */
export async function openBenchPage(root: string, options: BenchPageOptions = {}): Promise<BenchPage> {
  const folder = await mkdtemp(join(tmpdir(), 'scout-bench-'))
  const files = join(folder, 'page')
  await build({
    root,
    logLevel: 'warn',
    configFile: false,
    worker: { format: 'es' },
    ...options.vite,
    build: {
      outDir: files,
      emptyOutDir: true,
      target: 'es2024',
      chunkSizeWarningLimit: 10_000,
      ...options.vite?.build,
    },
  })
  const server = await serve(files, options)
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const context = await openProfile(join(folder, 'profile'), options)
  const page = context.pages()[0] ?? (await context.newPage())
  page.on('pageerror', error => process.stderr.write(`page: ${error.stack ?? error.message}\n`))
  await page.goto(`${origin}/index.html`)
  return {
    page,
    context,
    origin,
    async close() {
      await context.close()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Static files under COOP and COEP, after what `handler` takes. */
async function serve(folder: string, { handler, headers = {} }: BenchPageOptions): Promise<Server> {
  const server = createServer((request, response) => {
    response.setHeader('cross-origin-opener-policy', 'same-origin')
    response.setHeader('cross-origin-embedder-policy', 'require-corp')
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    answer(request, response).catch((error: Error) => {
      response.statusCode = 500
      response.end(error.message)
    })
  })
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (handler && (await handler(request, response))) return
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const content = await readFile(join(folder, normalize(pathname))).catch(() => null)
    response.statusCode = content ? 200 : 404
    response.setHeader('content-type', MEDIA_TYPES[extname(pathname)] ?? 'application/octet-stream')
    response.end(content ?? '')
  }
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return server
}
