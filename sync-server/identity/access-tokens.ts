import { errors, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { type UserRole, userRole } from '../../app/contracts/http.ts'
import {
  type DeviceId,
  deviceId,
  type TenantId,
  tenantId,
  type UserId,
  userId,
} from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import { ACCESS_TOKEN_S } from './lifetimes.ts'

export interface UserPrincipal {
  readonly kind: 'user'
  readonly tenantId: TenantId
  readonly userId: UserId
  readonly role: UserRole
}

export interface DevicePrincipal {
  readonly kind: 'device'
  readonly tenantId: TenantId
  readonly deviceId: DeviceId
}

export type Principal = UserPrincipal | DevicePrincipal

export interface AccessTokens {
  /** A JWT that lives `ACCESS_TOKEN_S` seconds. */
  issue(principal: Principal): Promise<string>
  /** @throws ScoutError `token_expired` or `token_invalid` */
  verify(token: string): Promise<Principal>
}

const ISSUER = 'scout'
const AUDIENCE = 'scout-api'

const claims = z.discriminatedUnion('knd', [
  z.object({ knd: z.literal('user'), tid: tenantId, sub: userId, rol: userRole }),
  z.object({ knd: z.literal('device'), tid: tenantId, sub: deviceId }),
])

export function accessTokens(key: Uint8Array, now: () => Date): AccessTokens {
  return {
    issue(principal) {
      const seconds = Math.floor(now().getTime() / 1000)
      return new SignJWT(
        principal.kind === 'user'
          ? { knd: 'user', tid: principal.tenantId, rol: principal.role }
          : { knd: 'device', tid: principal.tenantId },
      )
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(principal.kind === 'user' ? principal.userId : principal.deviceId)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + ACCESS_TOKEN_S)
        .sign(key)
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ['HS256'],
          issuer: ISSUER,
          audience: AUDIENCE,
          currentDate: now(),
        })
        const known = claims.parse(payload)
        return known.knd === 'user'
          ? { kind: 'user', tenantId: known.tid, userId: known.sub, role: known.rol }
          : { kind: 'device', tenantId: known.tid, deviceId: known.sub }
      } catch (error) {
        const code = error instanceof errors.JWTExpired ? 'token_expired' : 'token_invalid'
        throw new ScoutError(code, { cause: error })
      }
    },
  }
}
