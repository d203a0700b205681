import type { FastifyInstance, FastifyRequest } from 'fastify'
import { CSRF_HEADER } from '../../app/contracts/http.ts'
import { ScoutError } from '../../app/errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The browser's cookie could authorise this route by itself, so the request must prove that the application sent it. */
    cookieAuthorised?: boolean
  }
}

/**
 * Guards against cross-site request forgery, three ways at once: a header that another site cannot set without a preflight
 * (never granted), `Sec-Fetch-Site`, and `Origin` against the host asked for. What a client does not send is not held
 * against it, save the header.
 */
export function cookieGuard(app: FastifyInstance): void {
  app.addHook('onRequest', async request => {
    if (request.routeOptions.config.cookieAuthorised === true) assertSameOrigin(request)
  })
}

function assertSameOrigin(request: FastifyRequest): void {
  const refuse = (check: string) => new ScoutError('csrf_refused', { details: { check } })
  if (request.headers[CSRF_HEADER] !== '1') throw refuse(CSRF_HEADER)
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw refuse('sec-fetch-site')
  const { origin } = request.headers
  if (origin !== undefined && !sameHost(origin, request.host)) throw refuse('origin')
}

function sameHost(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host
}
