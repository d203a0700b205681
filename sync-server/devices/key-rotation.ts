import type { z } from 'zod'
import { type DeviceKeyRequest, type deviceKeyResponse, KEY_OVERLAP_MS } from '../../app/contracts/device.ts'
import { canonicalJson } from '../../app/domain/canonical-json.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool, Transaction } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'
import type { DevicePrincipal } from '../identity/access-tokens.ts'
import { recordAudit } from '../identity/audit.ts'
import { type DeviceKey, type KeyUse, noteKeyUse, readDeviceKeys, refuseKeyUse } from './device-keys.ts'
import { lockDevice } from './device-status.ts'
import { ed25519Verify } from './signatures.ts'

/**
 * Takes the key that is to follow the device's present one. Nothing ends by it: the present key ends when the new one is first used. So a
 * device that never hears the answer goes on with the one it has and asks again.
 *
 * @throws ScoutError `signature_invalid`, `device_unknown`, `device_suspended`, `device_revoked`, `conflict` when the new key was used up before
 */
export async function announceKey(
  pool: Pool,
  device: DevicePrincipal,
  request: DeviceKeyRequest,
  now: Date,
): Promise<z.infer<typeof deviceKeyResponse>> {
  const { signature, new_signature, ...signed } = request
  const text = canonicalJson(signed)
  const bySame = request.device_id === device.deviceId && request.previous_key !== request.public_key
  if (
    !bySame ||
    !ed25519Verify(request.previous_key, signature, text) ||
    !ed25519Verify(request.public_key, new_signature, text)
  ) {
    throw new ScoutError('signature_invalid')
  }
  const { use, until } = await withTenant(pool, device.tenantId, async tx => {
    await lockDevice(tx, device)
    return announce(tx, device, request, now)
  })
  refuseKeyUse(use)
  return { overlap_until: until.toISOString(), server_time: now.toISOString() }
}

async function announce(
  tx: Transaction,
  device: DevicePrincipal,
  { previous_key, public_key }: DeviceKeyRequest,
  now: Date,
): Promise<{ use: KeyUse; until: Date }> {
  const keys = await readDeviceKeys(tx, device)
  const find = (raw: string) => keys.find(key => key.publicKey === raw)
  const previous = find(previous_key)
  if (previous === undefined) throw new ScoutError('signature_invalid')
  const announced = find(public_key)
  // The answer was lost, and perhaps the new key was used since: it is the same answer.
  if (announced !== undefined) return { use: 'good', until: answerAgain(announced, previous, now) }
  const use = await noteKeyUse(tx, device, previous_key, now, now)
  const until = previous.validUntil ?? new Date(now.getTime() + KEY_OVERLAP_MS)
  if (use === 'good') await insertKey(tx, device, { previous_key, public_key }, until, now)
  return { use, until }
}

function answerAgain(announced: DeviceKey, previous: DeviceKey, now: Date): Date {
  if (announced.replacedAt !== null) {
    throw new ScoutError('conflict', {
      message: 'This key was used before and was replaced. Make a new one and announce that.',
    })
  }
  return previous.validUntil ?? previous.replacedAt ?? now
}

async function insertKey(
  tx: Transaction,
  { tenantId, deviceId }: DevicePrincipal,
  keys: Pick<DeviceKeyRequest, 'previous_key' | 'public_key'>,
  until: Date,
  now: Date,
): Promise<void> {
  const [previous, next] = [keys.previous_key, keys.public_key].map(key => Buffer.from(key, 'base64url'))
  // One that was announced before and never used: the device has lost it.
  await tx.query(
    `delete from scout.device_key
     where tenant_id = $1 and device_id = $2 and first_used_at is null and public_key <> $3`,
    [tenantId, deviceId, previous],
  )
  await tx.query(
    `update scout.device_key set valid_until = $4
     where tenant_id = $1 and device_id = $2 and public_key = $3`,
    [tenantId, deviceId, previous, until],
  )
  const { rows } = await tx.query(
    `insert into scout.device_key (tenant_id, device_id, public_key, added_at) values ($1, $2, $3, $4)
     on conflict do nothing returning added_at`,
    [tenantId, deviceId, next, now],
  )
  if (rows.length === 0) {
    throw new ScoutError('conflict', {
      message: 'Another device has this key. Make a new one and announce that.',
    })
  }
  const actor = { kind: 'device', id: deviceId } as const
  await recordAudit(tx, tenantId, { actor, action: 'device_key_announced', subject: deviceId }, now)
}
