import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import {
  loginRequest,
  PATHS,
  profile,
  REFRESH_COOKIE,
  type Session,
  session,
} from '../../app/contracts/http.ts'
import { ScoutError } from '../../app/errors.ts'
import { ACCESS_TOKEN_S, REFRESH_TOKEN_S } from '../identity/lifetimes.ts'
import { logIn, readProfile } from '../identity/people.ts'
import { endSession, type RefreshGrant, rotateSession, startSession } from '../identity/refresh-tokens.ts'
import { EVERY_ROLE, userOf } from '../plugins/access.ts'
import { BEARER, REFUSALS } from './error-responses.ts'
import type { App, RouteContext } from './route-context.ts'

/** Log-in, refresh, log-out, who am I. The refresh token never reaches the page's code: it is an HttpOnly cookie. */
export function peopleRoutes(app: App, { config, pool, tokens }: RouteContext): void {
  async function answer(request: FastifyRequest, reply: FastifyReply, grant: RefreshGrant): Promise<Session> {
    const known = await readProfile(pool, grant.tenantId, grant.userId, config.now())
    const principal = {
      kind: 'user',
      tenantId: grant.tenantId,
      userId: grant.userId,
      role: known.role,
    } as const
    reply.setCookie(REFRESH_COOKIE, grant.token, { ...cookieOptions(request), maxAge: REFRESH_TOKEN_S })
    reply.header('cache-control', 'no-store')
    return { access_token: await tokens.issue(principal), expires_in: ACCESS_TOKEN_S, profile: known }
  }

  app.post(
    PATHS.login,
    {
      config: {
        access: 'anybody',
        cookieAuthorised: true,
        rateLimit: { max: config.rateLimits.login, timeWindow: '1 minute' },
      },
      schema: { tags: ['people'], body: loginRequest, response: { 200: session, ...REFUSALS } },
    },
    async (request, reply) => {
      const person = await logIn(pool, request.body.email, request.body.password, config.now())
      const grant = await startSession(pool, person.tenantId, person.userId, config.now())
      return answer(request, reply, grant)
    },
  )

  app.post(
    PATHS.refresh,
    {
      config: { access: 'anybody', cookieAuthorised: true },
      schema: { tags: ['people'], response: { 200: session, ...REFUSALS } },
    },
    async (request, reply) => {
      const token = request.cookies[REFRESH_COOKIE]
      if (token === undefined) throw new ScoutError('token_missing')
      try {
        return await answer(request, reply, await rotateSession(pool, token, config.now()))
      } catch (error) {
        if (error instanceof ScoutError && error.status === 401) {
          reply.clearCookie(REFRESH_COOKIE, cookieOptions(request))
        }
        throw error
      }
    },
  )

  app.post(
    PATHS.logout,
    {
      config: { access: 'anybody', cookieAuthorised: true },
      schema: { tags: ['people'], response: { 204: z.void(), ...REFUSALS } },
    },
    async (request, reply) => {
      const token = request.cookies[REFRESH_COOKIE]
      if (token !== undefined) await endSession(pool, token, config.now())
      return reply.clearCookie(REFRESH_COOKIE, cookieOptions(request)).status(204).send()
    },
  )

  app.get(
    PATHS.me,
    {
      config: { access: EVERY_ROLE },
      schema: { tags: ['people'], security: BEARER, response: { 200: profile, ...REFUSALS } },
    },
    request => {
      const { tenantId, userId } = userOf(request)
      return readProfile(pool, tenantId, userId, config.now())
    },
  )
}

function cookieOptions(request: FastifyRequest) {
  return {
    path: '/v1/auth',
    httpOnly: true,
    sameSite: 'strict',
    // Plain HTTP is for one machine or a closed network: there a Secure cookie would never come back.
    secure: request.protocol === 'https',
  } as const
}
