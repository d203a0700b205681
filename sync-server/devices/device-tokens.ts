import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose'
import { z } from 'zod'
import { DEVICE_AUDIENCE, deviceStatus } from '../../app/contracts/device.ts'
import { deviceId, tenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool, Transaction } from '../database/pool.ts'
import { withSystem, withTenant } from '../database/tenant.ts'
import type { DevicePrincipal } from '../identity/access-tokens.ts'
import { recordAudit } from '../identity/audit.ts'
import { storableText } from '../ingestion/storable-text.ts'
import { type DeviceKey, isSettled, noteKeyUse, readDeviceKeys, refuseKeyUse } from './device-keys.ts'
import { refuseUnlessActive } from './device-status.ts'
import { ed25519PublicKey } from './signatures.ts'

/** An assertion may live this long, and a device's clock may be this far off (it learns ours from every `Date` header). */
const MAX_LIFETIME_S = 300
const TOLERANCE_S = 60

const assertionClaims = z.object({
  jti: z.string().min(8).max(128).transform(storableText),
  iat: z.number(),
  exp: z.number(),
})
type AssertionClaims = z.infer<typeof assertionClaims>

const deviceRow = z.object({ tenant_id: tenantId, device_id: deviceId, status: deviceStatus })

/**
 * Which device signed the assertion; each assertion counts once.
 *
 * @throws ScoutError `device_unknown`, `signature_invalid`, `device_suspended`, `device_revoked`, or `token_invalid` when it is out of date or
 * was used before.
 */
export async function redeemAssertion(pool: Pool, assertion: string, now: Date): Promise<DevicePrincipal> {
  const { device, keys } = await findDevice(pool, unverifiedIssuer(assertion))
  if (device.status === 'revoked') throw new ScoutError('device_revoked')
  const principal = { kind: 'device', tenantId: device.tenant_id, deviceId: device.device_id } as const
  const { key, claims } = await signerOf(assertion, keys, device.device_id, now)
  const { use, replayed } = await withTenant(pool, device.tenant_id, async tx => {
    const signedAt = new Date(claims.iat * 1000)
    const use = isSettled(key) ? 'good' : await noteKeyUse(tx, principal, key.publicKey, signedAt, now)
    const replayed = use === 'good' && !(await countOnce(tx, principal, claims, now))
    return { use, replayed }
  })
  refuseKeyUse(use)
  if (replayed) {
    throw new ScoutError('token_invalid', { message: 'This assertion was used before. Make a new one.' })
  }
  refuseUnlessActive(device.status)
  return principal
}

/** False when the assertion was used before; that is written down. */
async function countOnce(
  tx: Transaction,
  { tenantId, deviceId }: DevicePrincipal,
  { jti, exp }: AssertionClaims,
  now: Date,
): Promise<boolean> {
  await tx.query(
    'delete from scout.device_assertion where tenant_id = $1 and device_id = $2 and expires_at < $3',
    [tenantId, deviceId, new Date(now.getTime() - TOLERANCE_S * 1000)],
  )
  const { rows } = await tx.query(
    `insert into scout.device_assertion (tenant_id, device_id, jti, expires_at) values ($1, $2, $3, $4)
     on conflict do nothing returning jti`,
    [tenantId, deviceId, jti, new Date(exp * 1000)],
  )
  if (rows.length > 0) return true
  const actor = { kind: 'device', id: deviceId } as const
  const entry = { actor, action: 'assertion_replayed', subject: deviceId, details: { jti } } as const
  await recordAudit(tx, tenantId, entry, now)
  return false
}

interface Found {
  readonly device: z.infer<typeof deviceRow>
  readonly keys: readonly DeviceKey[]
}

async function findDevice(pool: Pool, id: string): Promise<Found> {
  return withSystem(pool, async tx => {
    const { rows } = await tx.query(
      'select tenant_id, device_id, status from scout.device where device_id = $1',
      [id],
    )
    if (rows.length !== 1) throw new ScoutError('device_unknown')
    const device = deviceRow.parse(rows[0])
    const keys = await readDeviceKeys(tx, { tenantId: device.tenant_id, deviceId: device.device_id })
    return { device, keys }
  })
}

/** @throws ScoutError `signature_invalid` when no key of the device signed it */
async function signerOf(
  assertion: string,
  keys: readonly DeviceKey[],
  issuer: string,
  now: Date,
): Promise<{ key: DeviceKey; claims: AssertionClaims }> {
  let foreign: unknown
  for (const key of keys) {
    try {
      return { key, claims: await verifiedClaims(assertion, ed25519PublicKey(key.publicKey), issuer, now) }
    } catch (error) {
      if (!(error instanceof ScoutError) || error.code !== 'signature_invalid') throw error
      foreign = error
    }
  }
  throw foreign ?? new ScoutError('signature_invalid')
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
): Promise<AssertionClaims> {
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
