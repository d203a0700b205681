/** About one connection, not about the message (RFC 9110, 7.6.1). */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** Main's HTTP client writes these itself, for the server and not for `app://scout`. */
const NOT_FOR_THE_SERVER = [
  ...HOP_BY_HOP,
  'accept-encoding',
  'content-length',
  'cookie',
  'expect',
  'host',
  'origin',
  'referer',
]

/** Cookies stay with main; the rest would speak of an origin that is not the page's. */
const NOT_FOR_THE_PAGE = [
  ...HOP_BY_HOP,
  'alt-svc',
  'clear-site-data',
  'content-encoding',
  'set-cookie',
  'strict-transport-security',
]

/**
 * Headers of a page's request as a page of the server's own origin would have sent them.
 *
 * No `Sec-Fetch-Mode`: Electron's `net` reads it as an option and refuses `cors` where no `Origin` goes along, and browsers send
 * `Origin` only with methods that change something.
 */
export function headersForServer(request: Request, serverOrigin: string, cookie: string | null): Headers {
  const headers = without(request.headers, NOT_FOR_THE_SERVER)
  for (const name of [...headers.keys()]) if (name.startsWith('sec-')) headers.delete(name)
  headers.set('sec-fetch-site', 'same-origin')
  if (request.method !== 'GET' && request.method !== 'HEAD') headers.set('origin', serverOrigin)
  if (cookie !== null) headers.set('cookie', cookie)
  return headers
}

/** What the server sends is data. As a script, a style or a document of the page's own origin it could do what the page may. */
const DATA =
  /^(application\/([\w.-]+\+)?(json|x-ndjson|vnd\.apache\.parquet|octet-stream)|text\/(plain|csv))\s*(;|$)/i

export function headersForPage(answer: Response): Headers {
  const headers = without(answer.headers, NOT_FOR_THE_PAGE)
  for (const name of [...headers.keys()]) if (name.startsWith('access-control-')) headers.delete(name)
  const type = headers.get('content-type')
  if (type !== null && !DATA.test(type)) headers.set('content-type', 'application/octet-stream')
  // The client has unpacked the body already, so its length on the wire says nothing any more.
  if (answer.headers.has('content-encoding')) headers.delete('content-length')
  return headers
}

function without(source: Headers, names: readonly string[]): Headers {
  const headers = new Headers(source)
  for (const name of headers.get('connection')?.split(',') ?? []) {
    if (name.trim() !== '') headers.delete(name.trim())
  }
  for (const name of names) headers.delete(name)
  return headers
}
