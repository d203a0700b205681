import { errorAnswer } from './error-answer.ts'
import { APP_ORIGIN, isAppUrl } from './origin.ts'
import { SECURITY_HEADERS } from './security.ts'

type Answer = (request: Request) => Promise<Response>

export interface AppProtocol {
  /** The built page. */
  readonly files: Answer
  /** The server's interface, `/v1/…`. */
  readonly server: Answer
  /** Hears of what should not have happened; the page gets `internal` without its text. */
  readonly onError: (error: unknown) => void
}

/**
 * Answers for `app://scout`: the server's interface under `/v1`, the page's own files elsewhere, the security headers on all of it.
 * Asked by another origin it answers 403; Electron names the asker in `initiatorOrigin`, which no page can forge.
 */
export function appProtocol(parts: AppProtocol): Answer {
  return async request => {
    try {
      return sealed(await answer(parts, request))
    } catch (error) {
      parts.onError(error)
      return sealed(errorAnswer('internal'))
    }
  }
}

async function answer(parts: AppProtocol, request: Request): Promise<Response> {
  if (!isAppUrl(request.url)) return errorAnswer('not_found')
  const asker = 'initiatorOrigin' in request ? request.initiatorOrigin : undefined
  if (asker !== undefined && asker !== APP_ORIGIN) return errorAnswer('csrf_refused')
  const { pathname } = new URL(request.url)
  return pathname === '/v1' || pathname.startsWith('/v1/') ? parts.server(request) : parts.files(request)
}

function sealed(answer: Response): Response {
  const headers = new Headers(answer.headers)
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) headers.set(name, value)
  return new Response(answer.body, { status: answer.status, statusText: answer.statusText, headers })
}
