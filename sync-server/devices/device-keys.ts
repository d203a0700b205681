import { z } from 'zod'
import { ScoutError } from '../../app/errors.ts'
import type { Transaction } from '../database/pool.ts'
import type { DevicePrincipal } from '../identity/access-tokens.ts'
import { recordAudit } from '../identity/audit.ts'

/**
 * INVARIANTS
 * - A key is taken from its announcement until its successor was first used, or until the overlap after the successor's announcement ends.
 * - What was signed with a key after its successor was used comes from a copy of the device: the device is revoked. What was signed
 *   before and only arrives late is refused, no more.
 * - A key that was used is never forgotten.
 */
export interface DeviceKey {
  /** Raw 32 bytes, base64url. */
  readonly publicKey: string
  readonly firstUsedAt: Date | null
  readonly validUntil: Date | null
  readonly replacedAt: Date | null
}

export type KeyUse = 'good' | 'outdated' | 'copied'

const keyRow = z
  .object({
    public_key: z.instanceof(Buffer),
    first_used_at: z.date().nullable(),
    valid_until: z.date().nullable(),
    replaced_at: z.date().nullable(),
  })
  .transform(
    (row): DeviceKey => ({
      publicKey: row.public_key.toString('base64url'),
      firstUsedAt: row.first_used_at,
      validUntil: row.valid_until,
      replacedAt: row.replaced_at,
    }),
  )

/** Every key that the device ever used or announced, the newest first. */
export async function readDeviceKeys(
  tx: Transaction,
  { tenantId, deviceId }: Omit<DevicePrincipal, 'kind'>,
): Promise<DeviceKey[]> {
  const { rows } = await tx.query(
    `select public_key, first_used_at, valid_until, replaced_at
     from scout.device_key where tenant_id = $1 and device_id = $2
     order by added_at desc`,
    [tenantId, deviceId],
  )
  return rows.map(row => keyRow.parse(row))
}

/** `signedAt` is the signer's word for when, in server time to the second: an assertion's `iat` has no more. */
function keyUse({ validUntil, replacedAt }: DeviceKey, signedAt: Date, now: Date): KeyUse {
  if (replacedAt !== null) {
    const second = (at: Date) => Math.floor(at.getTime() / 1000)
    return second(signedAt) >= second(replacedAt) ? 'copied' : 'outdated'
  }
  return validUntil !== null && now > validUntil ? 'outdated' : 'good'
}

/** The one key in use: signing with it changes nothing. */
export function isSettled({ firstUsedAt, validUntil, replacedAt }: DeviceKey): boolean {
  return firstUsedAt !== null && validUntil === null && replacedAt === null
}

/**
 * Takes note that something signed with this key was shown, and of what that means: the first use of a new key ends the one before,
 * the use of an ended one revokes the device. Hand the answer to `refuseKeyUse` after the commit.
 */
export async function noteKeyUse(
  tx: Transaction,
  device: Omit<DevicePrincipal, 'kind'>,
  publicKey: string,
  signedAt: Date,
  now: Date,
): Promise<KeyUse> {
  const { tenantId, deviceId } = device
  const where = [tenantId, deviceId]
  // One after the other: of two first uses the second sees what the first made.
  await tx.query('select 1 from scout.device where tenant_id = $1 and device_id = $2 for update', where)
  const key = (await readDeviceKeys(tx, device)).find(known => known.publicKey === publicKey)
  if (key === undefined) return 'outdated'
  const use = keyUse(key, signedAt, now)
  const actor = { kind: 'device', id: deviceId } as const
  if (use === 'copied') {
    await tx.query(
      `update scout.device set status = 'revoked' where tenant_id = $1 and device_id = $2`,
      where,
    )
    const details = { replaced_at: key.replacedAt?.toISOString(), signed_at: signedAt.toISOString() }
    await recordAudit(tx, tenantId, { actor, action: 'device_key_reused', subject: deviceId, details }, now)
    const revoked = { actor: { kind: 'system' }, action: 'device_revoked', subject: deviceId } as const
    await recordAudit(tx, tenantId, revoked, now)
  } else if (use === 'good' && key.firstUsedAt === null) {
    const bytes = Buffer.from(publicKey, 'base64url')
    await tx.query(
      `update scout.device_key set replaced_at = $4
       where tenant_id = $1 and device_id = $2 and public_key <> $3
         and first_used_at is not null and replaced_at is null`,
      [...where, bytes, now],
    )
    await tx.query(
      `update scout.device_key set first_used_at = $4, valid_until = null
       where tenant_id = $1 and device_id = $2 and public_key = $3`,
      [...where, bytes, now],
    )
    await recordAudit(tx, tenantId, { actor, action: 'device_key_replaced', subject: deviceId }, now)
  }
  return use
}

/** @throws ScoutError `device_revoked`, `signature_invalid` */
export function refuseKeyUse(use: KeyUse): void {
  if (use === 'good') return
  if (use === 'copied') {
    throw new ScoutError('device_revoked', {
      message:
        'This key was replaced and used again: somebody holds a copy of it, and the device was revoked. Ask an administrator for a claim code and enrol it again.',
    })
  }
  throw new ScoutError('signature_invalid', {
    message: 'This key is no longer taken: the device announced another one. Sign with that.',
  })
}
