import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { UserRole } from '../../app/contracts/http.ts'
import { ScoutError } from '../../app/errors.ts'
import type { AccessTokens, DevicePrincipal, Principal, UserPrincipal } from '../identity/access-tokens.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call the route: anybody, an enrolled device, or people of these roles. Every /v1 route says so. */
    access?: 'anybody' | 'device' | readonly UserRole[]
  }
  interface FastifyRequest {
    principal: Principal | null
  }
}

export const EVERY_ROLE = ['analyst', 'manager', 'admin'] as const satisfies readonly UserRole[]
export const ADMINISTRATORS = ['admin'] as const satisfies readonly UserRole[]

/** Reads the bearer token and holds every route to its `access`. A /v1 route that forgot to state it does not start. */
export function accessControl(app: FastifyInstance, tokens: AccessTokens): void {
  app.decorateRequest('principal', null)
  app.addHook('onRoute', route => {
    if (route.url.startsWith('/v1') && route.config?.access === undefined) {
      throw new TypeError(`${route.method} ${route.url} does not say who may call it`)
    }
  })
  app.addHook('onRequest', async request => {
    const { access } = request.routeOptions.config
    if (access === undefined || access === 'anybody') return
    const principal = await tokens.verify(bearerToken(request))
    const allowed =
      principal.kind === 'device'
        ? access === 'device'
        : access !== 'device' && access.includes(principal.role)
    if (!allowed) throw new ScoutError('forbidden')
    request.principal = principal
  })
}

export function userOf(request: FastifyRequest): UserPrincipal {
  if (request.principal?.kind !== 'user') throw new ScoutError('forbidden')
  return request.principal
}

export function deviceOf(request: FastifyRequest): DevicePrincipal {
  if (request.principal?.kind !== 'device') throw new ScoutError('forbidden')
  return request.principal
}

const bearer = z.string().regex(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/i)

function bearerToken(request: FastifyRequest): string {
  const { authorization } = request.headers
  if (authorization === undefined) throw new ScoutError('token_missing')
  if (!bearer.safeParse(authorization).success) throw new ScoutError('token_invalid')
  return authorization.slice('Bearer '.length)
}
