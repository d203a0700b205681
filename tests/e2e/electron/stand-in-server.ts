import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** Bytes 0 to 255. */
const BLOB = Uint8Array.from({ length: 256 }, (_, n) => n)

export interface StandIn {
  readonly origin: string
  /** Refresh cookies in the order in which they came. */
  readonly cookies: (string | undefined)[]
  stop(): void
}

/** As much of a sync server as main can tell apart: a log-in with a rotating cookie, a blob with ranges, 401 elsewhere. */
export async function startStandIn(): Promise<StandIn> {
  const cookies: (string | undefined)[] = []
  const server = createServer((request, response) => {
    if (request.url === '/v1/auth/login' || request.url === '/v1/auth/refresh?probe') {
      cookies.push(request.headers.cookie)
      const cookie = `scout_refresh=token-${cookies.length}; Path=/v1/auth; HttpOnly; SameSite=Strict; Max-Age=3600`
      response.writeHead(200, { 'content-type': 'application/json', 'set-cookie': cookie })
      response.end(
        JSON.stringify({ origin: request.headers.origin, site: request.headers['sec-fetch-site'] }),
      )
    } else if (request.url === '/v1/blobs/probe') blob(request, response)
    else response.writeHead(401, { 'content-type': 'application/json' }).end('{"code":"token_missing"}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the stand-in has no port')
  const stop = () => {
    server.close()
    server.closeAllConnections()
  }
  return { origin: `http://127.0.0.1:${address.port}`, cookies, stop }
}

function blob(request: IncomingMessage, response: ServerResponse): void {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
  if (from === undefined || to === undefined) {
    response.end(BLOB)
    return
  }
  response.writeHead(206, { 'content-range': `bytes ${from}-${to}/${BLOB.length}` })
  response.end(BLOB.subarray(Number(from), Number(to) + 1))
}
