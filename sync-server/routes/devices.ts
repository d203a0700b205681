import { z } from 'zod'
import {
  claimRequest,
  claimResponse,
  deviceChange,
  deviceKeyRequest,
  deviceKeyResponse,
  deviceSummary,
  deviceTokenRequest,
  deviceTokenResponse,
  enrolRequest,
  enrolResponse,
} from '../../app/contracts/device.ts'
import { PATHS } from '../../app/contracts/http.ts'
import { deviceId } from '../../app/domain/ids.ts'
import { createClaim } from '../devices/claims.ts'
import { changeDevice } from '../devices/device-administration.ts'
import { listDevices } from '../devices/device-list.ts'
import { redeemAssertion } from '../devices/device-tokens.ts'
import { enrolDevice } from '../devices/enrolment.ts'
import { announceKey } from '../devices/key-rotation.ts'
import { ACCESS_TOKEN_S } from '../identity/lifetimes.ts'
import { ADMINISTRATORS, deviceOf, userOf } from '../plugins/access.ts'
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

  app.patch(
    PATHS.device(':device_id'),
    {
      config: { access: ADMINISTRATORS },
      schema: {
        tags: ['devices'],
        security: BEARER,
        description: 'Renames, suspends, resumes (`status: active`) or revokes a device.',
        params: z.object({ device_id: deviceId }),
        body: deviceChange,
        response: { 200: deviceSummary, ...REFUSALS },
      },
    },
    request => {
      const { tenantId, userId } = userOf(request)
      const actor = { kind: 'user', id: userId } as const
      return changeDevice(pool, tenantId, request.params.device_id, request.body, actor, config.now())
    },
  )

  app.post(
    PATHS.deviceKey,
    {
      config: { access: 'device' },
      schema: {
        tags: ['devices'],
        security: BEARER,
        description:
          'Announces the key that is to follow; the one in use is taken until the new one is first used.',
        body: deviceKeyRequest,
        response: { 200: deviceKeyResponse, ...REFUSALS },
      },
    },
    request => announceKey(pool, deviceOf(request), request.body, config.now()),
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
