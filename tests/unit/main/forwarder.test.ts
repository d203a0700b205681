import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { errorBody } from '../../../app/contracts/http.ts'
import { forwarder } from '../../../main/forward/forwarder.ts'
import { openTokenJar, type TokenJar } from '../../../main/secrets.ts'
import { aesCipher } from './aes-cipher.ts'

type Route = (request: IncomingMessage, response: ServerResponse) => void

let server: Server
let origin: string
let folder: string
let tokens: TokenJar
let routes: Record<string, Route>
let seen: IncomingMessage[]
let chosen: string | null
let forward: (path: string, init?: RequestInit & { duplex?: 'half' }) => Promise<Response>

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const unexpected = (error: unknown) => {
  throw error
}

beforeEach(async () => {
  routes = {}
  seen = []
  server = createServer((request, response) => {
    seen.push(request)
    const route = routes[request.url ?? '']
    if (route === undefined) response.writeHead(404).end()
    else route(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  origin = `http://127.0.0.1:${address.port}`
  chosen = origin
  folder = await mkdtemp(join(tmpdir(), 'scout-forward-'))
  tokens = await openTokenJar(join(folder, 'tokens.json'), aesCipher(), unexpected)
  const answer = forwarder({ fetch, serverOrigin: () => chosen, tokens, answerWithinMs: 400 })
  forward = (path, init) => answer(new Request(`app://scout${path}`, init))
})

afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true })
})

const offline = async (answer: Response) => {
  expect(answer.status).toBe(503)
  const body = errorBody.parse(await answer.json())
  expect(body).toMatchObject({ code: 'offline', retryable: true })
  return body
}

describe('requests', () => {
  it('arrive as if a page of the server itself had sent them', async () => {
    routes['/v1/publications?dry=1'] = (_request, response) => response.end('{}')
    await forward('/v1/publications?dry=1', {
      method: 'POST',
      body: '{"note":"x"}',
      headers: {
        authorization: 'Bearer t',
        'content-type': 'application/json',
        'scout-request': '1',
        cookie: 'scout_refresh=forged',
        origin: 'app://scout',
        referer: 'app://scout/secret',
        connection: 'close, x-hop',
        'x-hop': '1',
        'proxy-authorization': 'Basic x',
        'sec-fetch-site': 'cross-site',
        'sec-ch-ua': '"Electron"',
      },
    })
    const headers = seen[0]?.headers
    expect(headers).toMatchObject({
      host: new URL(origin).host,
      origin,
      authorization: 'Bearer t',
      'content-type': 'application/json',
      'scout-request': '1',
      'sec-fetch-site': 'same-origin',
    })
    for (const name of ['cookie', 'referer', 'x-hop', 'proxy-authorization', 'sec-ch-ua']) {
      expect(headers).not.toHaveProperty(name)
    }
  })

  it('name no origin when they only read', async () => {
    routes['/v1/me'] = (_request, response) => response.end('{}')
    await forward('/v1/me')
    expect(seen[0]?.headers).not.toHaveProperty('origin')
  })

  it('stream their body upwards', async () => {
    let received = ''
    routes['/v1/upload'] = (request, response) => {
      request.on('data', chunk => {
        received += chunk
      })
      request.on('end', () => response.end(received))
    }
    const body = new Blob(['one ', 'two ', 'three']).stream()
    const answer = await forward('/v1/upload', { method: 'POST', body, duplex: 'half' })
    expect(await answer.text()).toBe('one two three')
  })

  it('cannot leave the chosen server', async () => {
    await forward('/v1/..%2f..%2fdocs')
    await forward('/v1//evil.example.com/x')
    expect(seen.map(request => request.url)).toEqual(['/v1/..%2f..%2fdocs', '/v1//evil.example.com/x'])
  })
})

describe('answers', () => {
  it('pass on status, type, ETag and JSON errors', async () => {
    routes['/v1/snapshot'] = (_request, response) => {
      response.writeHead(403, { 'content-type': 'application/json', etag: '"a"' }).end('{"code":"forbidden"}')
    }
    const answer = await forward('/v1/snapshot')
    expect([answer.status, answer.headers.get('etag'), await answer.json()]).toEqual([
      403,
      '"a"',
      { code: 'forbidden' },
    ])
  })

  it('pass on 304 to a conditional request, and 204', async () => {
    routes['/v1/snapshot'] = (request, response) => {
      response.writeHead(request.headers['if-none-match'] === '"a"' ? 304 : 200).end()
    }
    routes['/v1/none'] = (_request, response) => response.writeHead(204).end()
    expect((await forward('/v1/snapshot', { headers: { 'if-none-match': '"a"' } })).status).toBe(304)
    expect((await forward('/v1/none')).status).toBe(204)
  })

  it('pass on a range of a blob, 206 with its Content-Range', async () => {
    const blob = randomBytes(1000)
    routes['/v1/blobs/x'] = (request, response) => {
      expect(request.headers.range).toBe('bytes=100-199')
      response.writeHead(206, { 'content-range': 'bytes 100-199/1000', 'content-length': '100' })
      response.end(blob.subarray(100, 200))
    }
    const answer = await forward('/v1/blobs/x', { headers: { range: 'bytes=100-199' } })
    expect([answer.status, answer.headers.get('content-range')]).toEqual([206, 'bytes 100-199/1000'])
    expect(sha256(await answer.bytes())).toBe(sha256(blob.subarray(100, 200)))
  })

  it('arrive while the server is still writing, bytes unchanged', async () => {
    const blob = randomBytes(3_000_000)
    const { promise: firstRead, resolve } = Promise.withResolvers<void>()
    routes['/v1/blobs/x'] = (_request, response) => {
      response.write(blob.subarray(0, 1000))
      void firstRead.then(() => response.end(blob.subarray(1000)))
    }
    const hash = createHash('sha256')
    for await (const chunk of (await forward('/v1/blobs/x')).body ?? []) {
      hash.update(chunk)
      resolve()
    }
    expect(hash.digest('hex')).toBe(sha256(blob))
  })

  it('come unpacked, without the headers of the packing', async () => {
    const packed = gzipSync('{"packed":true}')
    routes['/v1/me'] = (_request, response) => {
      response
        .writeHead(200, { 'content-encoding': 'gzip', 'content-length': String(packed.length) })
        .end(packed)
    }
    const answer = await forward('/v1/me')
    expect(await answer.json()).toEqual({ packed: true })
    expect(answer.headers.has('content-encoding') || answer.headers.has('content-length')).toBe(false)
  })

  it('lose what speaks of the connection or of another origin', async () => {
    routes['/v1/me'] = (_request, response) => {
      response.setHeader('connection', 'x-hop')
      for (const name of [
        'x-hop',
        'alt-svc',
        'clear-site-data',
        'access-control-allow-origin',
        'keep-alive',
      ]) {
        response.setHeader(name, '*')
      }
      response.end('{}')
    }
    expect([...(await forward('/v1/me')).headers.keys()]).toEqual(['content-length', 'date'])
  })

  it.each([
    ['application/json; charset=utf-8', 'application/json; charset=utf-8'],
    ['application/geo+json', 'application/geo+json'],
    ['application/vnd.apache.parquet', 'application/vnd.apache.parquet'],
    ['text/javascript', 'application/octet-stream'],
    ['application/json-evil', 'application/octet-stream'],
    ['text/html', 'application/octet-stream'],
    ['image/svg+xml', 'application/octet-stream'],
    ['text/css', 'application/octet-stream'],
    ['application/wasm', 'application/octet-stream'],
  ])('of the type %s come as %s: data, never code or documents', async (sent, received) => {
    routes['/v1/blobs/x'] = (_request, response) => response.writeHead(200, { 'content-type': sent }).end('x')
    expect((await forward('/v1/blobs/x')).headers.get('content-type')).toBe(received)
  })

  it('fail in the middle when the server does', async () => {
    routes['/v1/blobs/x'] = (_request, response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('half', () => response.destroy())
    }
    await expect((await forward('/v1/blobs/x')).arrayBuffer()).rejects.toThrow()
  })
})

describe('an abort reaches the server', () => {
  const hanging = () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>()
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
    const route: Route = (_request, response) => {
      response.on('close', () => resolve())
      ask()
    }
    return { route, closed, asked }
  }

  it('before the answer began', async () => {
    const { route, closed, asked } = hanging()
    routes['/v1/blobs/x'] = route
    const abort = new AbortController()
    const answer = forward('/v1/blobs/x', { signal: abort.signal })
    await asked
    abort.abort()
    await closed
    expect(errorBody.parse(await (await answer).json()).code).toBe('cancelled')
  }, 2000)

  it('when the page cancels the body, which is all that Electron tells of it', async () => {
    const { route, closed, asked } = hanging()
    routes['/v1/blobs/x'] = (request, response) => {
      route(request, response)
      response.write('first')
    }
    const answer = await forward('/v1/blobs/x')
    await asked
    await answer.body?.cancel()
    await closed
  }, 2000)

  it('at once when it came before the request', async () => {
    const answer = await forward('/v1/me', { signal: AbortSignal.abort() })
    expect(errorBody.parse(await answer.json()).code).toBe('cancelled')
    expect(seen).toEqual([])
  })

  it('but not a refresh: its rotated token must not be lost', async () => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
    const { promise: release, resolve: finish } = Promise.withResolvers<void>()
    routes['/v1/auth/refresh'] = (_request, response) => {
      ask()
      void release.then(() => response.writeHead(200, { 'set-cookie': 'scout_refresh=rotated' }).end('{}'))
    }
    const abort = new AbortController()
    const answer = forward('/v1/auth/refresh', { method: 'POST', signal: abort.signal })
    await asked
    abort.abort()
    finish()
    await answer
    expect(await tokens.get(origin)).toBe('rotated')
  })
})

describe('the refresh cookie', () => {
  const cookieOf = (request: IncomingMessage | undefined) => request?.headers.cookie

  it('is kept from the log-in, sent along and rotated by each refresh, and never reaches the page', async () => {
    let number = 0
    const rotate: Route = (_request, response) => {
      number += 1
      const cookie = `scout_refresh=token-${number}; Path=/v1/auth; HttpOnly; SameSite=Strict`
      response.writeHead(200, { 'set-cookie': [cookie, 'other=1'] }).end('{"access_token":"a"}')
    }
    routes['/v1/auth/login'] = rotate
    routes['/v1/auth/refresh'] = rotate
    for (const path of ['login', 'refresh', 'refresh']) {
      const answer = await forward(`/v1/auth/${path}`, { method: 'POST' })
      expect(answer.headers.getSetCookie()).toEqual([])
      expect(await answer.text()).not.toContain('token-')
    }
    expect(seen.map(cookieOf)).toEqual([undefined, 'scout_refresh=token-1', 'scout_refresh=token-2'])
    expect(await tokens.get(origin)).toBe('token-3')
  })

  it('goes to the log-in routes only, and other answers cannot set it', async () => {
    await tokens.put(origin, 'token-1')
    routes['/v1/me'] = (_request, response) => {
      response.writeHead(200, { 'set-cookie': 'scout_refresh=planted' }).end('{}')
    }
    expect((await forward('/v1/me')).headers.has('set-cookie')).toBe(false)
    expect(cookieOf(seen[0])).toBeUndefined()
    expect(await tokens.get(origin)).toBe('token-1')
  })

  it('ends with the log-out, and stays when the server does not answer', async () => {
    await tokens.put(origin, 'token-1')
    routes['/v1/auth/logout'] = (_request, response) => {
      response.writeHead(204, { 'set-cookie': 'scout_refresh=; Max-Age=0; Path=/v1/auth' }).end()
    }
    routes['/v1/auth/refresh'] = (request, _response) => request.socket.destroy()
    await offline(await forward('/v1/auth/refresh', { method: 'POST' }))
    expect(await tokens.get(origin)).toBe('token-1')
    expect((await forward('/v1/auth/logout', { method: 'POST' })).status).toBe(204)
    expect(await tokens.get(origin)).toBeNull()
  })

  it('never goes to another server', async () => {
    await tokens.put('https://before.example.com', 'token-1')
    routes['/v1/auth/refresh'] = (_request, response) => response.end('{}')
    await forward('/v1/auth/refresh', { method: 'POST' })
    expect(cookieOf(seen[0])).toBeUndefined()
  })
})

describe('without a server', () => {
  it('is offline, and says that none was chosen', async () => {
    chosen = null
    expect((await offline(await forward('/v1/me'))).details).toEqual({ reason: 'no_server' })
  })

  it('is offline when it does not listen', async () => {
    server.close()
    expect((await offline(await forward('/v1/me'))).details).toEqual({ reason: 'unreachable' })
  })

  it('is offline when it takes too long to begin', async () => {
    routes['/v1/me'] = () => undefined
    expect((await offline(await forward('/v1/me'))).details).toEqual({ reason: 'timed_out' })
  })

  it('does not follow a redirect, as the log-in page of a network sends it', async () => {
    routes['/v1/me'] = (_request, response) =>
      response.writeHead(302, { location: `${origin}/elsewhere` }).end()
    expect((await offline(await forward('/v1/me'))).details).toEqual({ reason: 'redirected' })
    expect(seen).toHaveLength(1)
  })
})
