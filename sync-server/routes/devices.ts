import { z } from 'zod'
import {
  claimRequest,
  claimResponse,
  deviceSummary,
  deviceTokenRequest,
  deviceTokenResponse,
  enrolRequest,
  enrolResponse,
} from '../../app/contracts/device.ts'
import { PATHS } from '../../app/contracts/http.ts'
import { ACCESS_TOKEN_S } from '../config.ts'
import { createClaim } from '../devices/claims.ts'
import { listDevices } from '../devices/device-list.ts'
import { redeemAssertion } from '../devices/device-tokens.ts'
import { enrolDevice } from '../devices/enrolment.ts'
import { ADMINISTRATORS, userOf } from '../plugins/access.ts'
import { BEARER, REFUSALS } from './error-responses.ts'
import type { App, RouteContext } from './route-context.ts'

/** Claims by an administrator; enrolment and tokens by the devices themselves. */
export function deviceRoutes(app: App, { config, pool, tokens }: RouteContext): void {
  app.post(
    PATHS.claims,
    {
      config: { access: ADMINISTRATORS },
      schema: {
        tags: ['devices'],
        security: BEARER,
        body: claimRequest,
        response: { 201: claimResponse, ...REFUSALS },
      },
    },
    async (request, reply) => {
      const { tenantId, userId } = userOf(request)
      const claim = await createClaim(pool, tenantId, request.body, userId, config.now())
      return reply.status(201).header('cache-control', 'no-store').send(claim)
    },
  )

  app.get(
    PATHS.devices,
    {
      config: { access: ADMINISTRATORS },
      schema: { tags: ['devices'], security: BEARER, response: { 200: z.array(deviceSummary), ...REFUSALS } },
    },
    request => listDevices(pool, userOf(request).tenantId),
  )

  app.post(
    PATHS.enrol,
    {
      config: { access: 'anybody', rateLimit: { max: config.rateLimits.enrol, timeWindow: '1 minute' } },
      schema: { tags: ['devices'], body: enrolRequest, response: { 200: enrolResponse, ...REFUSALS } },
    },
    request => enrolDevice(pool, request.body, config.now()),
  )

  app.post(
    PATHS.deviceToken,
    {
      config: { access: 'anybody', rateLimit: { max: config.rateLimits.token, timeWindow: '1 minute' } },
      schema: {
        tags: ['devices'],
        body: deviceTokenRequest,
        response: { 200: deviceTokenResponse, ...REFUSALS },
      },
    },
    async request => {
      const now = config.now()
      const device = await redeemAssertion(pool, request.body.assertion, now)
      return {
        access_token: await tokens.issue(device),
        expires_in: ACCESS_TOKEN_S,
        server_time: now.toISOString(),
      }
    },
  )
}
