import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose'
import { z } from 'zod'
import { DEVICE_AUDIENCE } from '../../app/contracts/device.ts'
import { deviceId, tenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool } from '../database/pool.ts'
import { withSystem, withTenant } from '../database/tenant.ts'
import type { DevicePrincipal } from '../identity/access-tokens.ts'
import { storableText } from '../ingestion/storable-text.ts'
import { ed25519PublicKey } from './signatures.ts'

/** An assertion may live this long, and a device's clock may be this far off (it learns ours from every `Date` header). */
const MAX_LIFETIME_S = 300
const TOLERANCE_S = 60

const assertionClaims = z.object({
  jti: z.string().min(8).max(128).transform(storableText),
  iat: z.number(),
  exp: z.number(),
})

const deviceRow = z.object({
  tenant_id: tenantId,
  device_id: deviceId,
  public_key: z.instanceof(Buffer),
  status: z.enum(['active', 'suspended', 'revoked']),
})

/**
 * Which device signed the assertion; each assertion counts once.
 *
 * @throws ScoutError `device_unknown`, `signature_invalid`, `device_suspended`, or `token_invalid` when it is out of date or was used before.
 */
export async function redeemAssertion(pool: Pool, assertion: string, now: Date): Promise<DevicePrincipal> {
  const device = await findDevice(pool, unverifiedIssuer(assertion))
  const key = ed25519PublicKey(device.public_key.toString('base64url'))
  const { jti, exp } = await verifiedClaims(assertion, key, device.device_id, now)
  if (device.status === 'suspended') throw new ScoutError('device_suspended')
  await withTenant(pool, device.tenant_id, async tx => {
    await tx.query(
      'delete from scout.device_assertion where tenant_id = $1 and device_id = $2 and expires_at < $3',
      [device.tenant_id, device.device_id, new Date(now.getTime() - TOLERANCE_S * 1000)],
    )
    const { rows } = await tx.query(
      `insert into scout.device_assertion (tenant_id, device_id, jti, expires_at) values ($1, $2, $3, $4)
       on conflict do nothing returning jti`,
      [device.tenant_id, device.device_id, jti, new Date(exp * 1000)],
    )
    if (rows.length === 0) {
      throw new ScoutError('token_invalid', { message: 'This assertion was used before. Make a new one.' })
    }
  })
  return { kind: 'device', tenantId: device.tenant_id, deviceId: device.device_id }
}

async function findDevice(pool: Pool, id: string): Promise<z.infer<typeof deviceRow>> {
  return withSystem(pool, async tx => {
    const { rows } = await tx.query(
      `select tenant_id, device_id, public_key, status from scout.device where device_id = $1 and status <> 'revoked'`,
      [id],
    )
    if (rows.length !== 1) throw new ScoutError('device_unknown')
    return deviceRow.parse(rows[0])
  })
}

function unverifiedIssuer(assertion: string): string {
  try {
    return storableText(String(decodeJwt(assertion).iss))
  } catch (error) {
    throw new ScoutError('token_invalid', { message: 'The assertion is not a JWT.', cause: error })
  }
}

async function verifiedClaims(
  assertion: string,
  key: Parameters<typeof jwtVerify>[1],
  issuer: string,
  now: Date,
): Promise<z.infer<typeof assertionClaims>> {
  let payload: JWTPayload
  try {
    const verified = await jwtVerify(assertion, key, {
      algorithms: ['EdDSA', 'Ed25519'],
      issuer,
      audience: DEVICE_AUDIENCE,
      clockTolerance: TOLERANCE_S,
      currentDate: now,
    })
    payload = verified.payload
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed)
      throw new ScoutError('signature_invalid', { cause: error })
    throw outOfDate(now, error)
  }
  const claims = assertionClaims.safeParse(payload)
  const seconds = now.getTime() / 1000
  if (
    !claims.success ||
    claims.data.exp - claims.data.iat > MAX_LIFETIME_S ||
    claims.data.iat > seconds + TOLERANCE_S
  ) {
    throw outOfDate(now, claims.error)
  }
  return claims.data
}

function outOfDate(now: Date, cause: unknown): ScoutError {
  return new ScoutError('token_invalid', {
    message:
      "The assertion is malformed, too long-lived or off the server's clock. Set the clock by server_time and repeat.",
    details: { server_time: now.toISOString() },
    cause,
  })
}
