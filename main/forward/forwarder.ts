import { REFRESH_COOKIE } from '../../app/contracts/http.ts'
import { errorAnswer } from '../error-answer.ts'
import type { RefreshTokens } from '../secrets.ts'
import { reasonOf } from './failure.ts'
import { headersForPage, headersForServer } from './headers.ts'
import { refreshCookieChange } from './refresh-cookie.ts'

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304])
const AUTH_PREFIX = '/v1/auth/'

export interface ForwarderOptions {
  /** `fetch` of a session of its own in Electron (system's proxy and certificates), Node's in tests. */
  readonly fetch: (address: string, init: RequestInit) => Promise<Response>
  /** Origin of the chosen server; null until one was chosen. */
  readonly serverOrigin: () => string | null
  readonly tokens: RefreshTokens
  /** How long the server may take to begin its answer. Bodies may take as long as they flow. */
  readonly answerWithinMs?: number
}

/**
 * Sends the page's `/v1/…` requests to the chosen server: bodies stream both ways, `Range` passes, an abort reaches the server.
 * Main is the jar for the refresh cookie, which never reaches the page. Whatever keeps an answer away is `offline` (503), with
 * `details.reason`; redirects are refused, because the network's log-in pages answer by them.
 */
export function forwarder(options: ForwarderOptions): (request: Request) => Promise<Response> {
  return async request => {
    const origin = options.serverOrigin()
    if (origin === null) return offline('no_server')
    if (!METHODS.has(request.method))
      return errorAnswer('request_invalid', { message: 'The method is not supported.' })
    const { pathname, search } = new URL(request.url)
    const isAuth = pathname.startsWith(AUTH_PREFIX)
    const token = isAuth ? await options.tokens.get(origin) : null

    const abort = new AbortController()
    const clock = setTimeout(
      () => abort.abort(new DOMException('', 'TimeoutError')),
      options.answerWithinMs ?? 30_000,
    )
    // A refresh whose answer is not waited for would lose the rotated token, so the page cannot abort those.
    const onAbort = () => abort.abort(request.signal.reason)
    if (!isAuth) request.signal.addEventListener('abort', onAbort, { once: true })
    try {
      if (!isAuth) request.signal.throwIfAborted()
      const answer = await options.fetch(new URL(pathname + search, origin).href, {
        method: request.method,
        headers: headersForServer(request, origin, token === null ? null : `${REFRESH_COOKIE}=${token}`),
        body: request.body,
        ...(request.body === null ? {} : { duplex: 'half' }),
        signal: abort.signal,
        redirect: 'manual',
        credentials: 'omit',
        cache: 'no-store',
      })
      if (answer.status >= 300 && answer.status < 400 && answer.status !== 304) {
        await answer.body?.cancel()
        return offline('redirected')
      }
      if (isAuth) await keepToken(options.tokens, origin, answer)
      return passedOn(request, answer, abort)
    } catch (error) {
      if (request.signal.aborted) return errorAnswer('cancelled', { cause: error })
      return offline(reasonOf(error), error)
    } finally {
      clearTimeout(clock)
    }
  }
}

/** The rotated token is safe before the page hears that the session goes on. */
async function keepToken(tokens: RefreshTokens, origin: string, answer: Response): Promise<void> {
  const change = refreshCookieChange(answer.headers)
  if (change.kind === 'set') await tokens.put(origin, change.value)
  if (change.kind === 'clear') await tokens.remove(origin)
}

function passedOn(request: Request, answer: Response, abort: AbortController): Response {
  const init = { status: answer.status, statusText: answer.statusText, headers: headersForPage(answer) }
  if (answer.body === null || request.method === 'HEAD' || WITHOUT_BODY.has(answer.status))
    return new Response(null, init)
  return new Response(abortable(answer.body, abort), init)
}

/** Electron tells of the page's abort by cancelling this body; the request below ends only by its own signal. */
function abortable(body: ReadableStream<Uint8Array>, abort: AbortController): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      async cancel(reason) {
        abort.abort(reason)
        await reader.cancel(reason).catch(() => undefined)
      },
    },
    { highWaterMark: 0 },
  )
}

type Reason = 'no_server' | 'redirected' | ReturnType<typeof reasonOf>

const MESSAGES: Partial<Record<Reason, string>> = {
  no_server: 'No server has been chosen yet. Enter the address of your Scout server.',
  redirected:
    'The network answered in place of the server. Open a browser and log in to this network, then try again.',
  certificate: "The server's certificate is not trusted, so nothing was sent. Ask your administrator.",
}

function offline(reason: Reason, cause?: unknown): Response {
  const message = MESSAGES[reason]
  return errorAnswer('offline', { details: { reason }, cause, ...(message === undefined ? {} : { message }) })
}
