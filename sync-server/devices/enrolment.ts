import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { deviceStatus, type EnrolRequest, type EnrolResponse } from '../../app/contracts/device.ts'
import { canonicalJson } from '../../app/domain/canonical-json.ts'
import { type DeviceId, deviceId, tenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool, Transaction } from '../database/pool.ts'
import { withSystem } from '../database/tenant.ts'
import { recordAudit } from '../identity/audit.ts'
import { claimCodeHash } from './claims.ts'
import { ed25519Verify } from './signatures.ts'

const claimRow = z.object({
  tenant_id: tenantId,
  claim_id: z.string(),
  store_ids: z.array(z.string()).nullable(),
  backfill_from: z.string().nullable(),
  expires_at: z.date(),
  used_at: z.date().nullable(),
  used_by_device: deviceId.nullable(),
})
type Claim = z.infer<typeof claimRow>

interface Enrolled {
  readonly deviceId: DeviceId
  readonly bootEpochFloor: number
}

/**
 * Takes a device in. Its claim is used up; only the same key gets the same answer again, because an answer may be lost on its way.
 * A key that is known already (a device that lost its outbox) keeps its id and starts above every boot epoch it ever used.
 *
 * @throws ScoutError `signature_invalid` also for a key that was replaced or revoked, `claim_unknown`, `claim_used`, `claim_expired`
 */
export async function enrolDevice(pool: Pool, request: EnrolRequest, now: Date): Promise<EnrolResponse> {
  const { signature, ...signed } = request
  if (!ed25519Verify(request.public_key, signature, canonicalJson(signed)))
    throw new ScoutError('signature_invalid')
  return withSystem(pool, async tx => {
    const claim = await lockClaim(tx, request.claim_code)
    const enrolled =
      claim.used_at === null ? await takeIn(tx, claim, request, now) : await answerAgain(tx, claim, request)
    return {
      device_id: enrolled.deviceId,
      tenant_id: claim.tenant_id,
      boot_epoch_floor: enrolled.bootEpochFloor,
      server_time: now.toISOString(),
    }
  })
}

async function lockClaim(tx: Transaction, code: string): Promise<Claim> {
  const { rows } = await tx.query(
    `select tenant_id, claim_id, store_ids, backfill_from, expires_at, used_at, used_by_device
     from scout.device_claim where code_hash = $1 for update`,
    [claimCodeHash(code)],
  )
  if (rows[0] === undefined) throw new ScoutError('claim_unknown')
  return claimRow.parse(rows[0])
}

async function answerAgain(tx: Transaction, claim: Claim, request: EnrolRequest): Promise<Enrolled> {
  const { rows } = await tx.query(
    `select d.device_id, d.boot_epoch_floor
     from scout.device d
     join scout.device_key k on k.tenant_id = d.tenant_id and k.device_id = d.device_id
     where d.tenant_id = $1 and d.device_id = $2 and k.public_key = $3`,
    [claim.tenant_id, claim.used_by_device, Buffer.from(request.public_key, 'base64url')],
  )
  if (rows[0] === undefined) throw new ScoutError('claim_used')
  return enrolledRow.parse(rows[0])
}

async function takeIn(tx: Transaction, claim: Claim, request: EnrolRequest, now: Date): Promise<Enrolled> {
  if (claim.expires_at <= now) throw new ScoutError('claim_expired')
  const enrolled = (await enrolAgain(tx, claim, request, now)) ?? (await enrolNew(tx, claim, request, now))
  await tx.query(
    'update scout.device_claim set used_at = $3, used_by_device = $4 where tenant_id = $1 and claim_id = $2',
    [claim.tenant_id, claim.claim_id, now, enrolled.deviceId],
  )
  const actor = { kind: 'device', id: enrolled.deviceId } as const
  const details = { name: request.name }
  const entry = { actor, action: 'device_enrolled', subject: claim.claim_id, details } as const
  await recordAudit(tx, claim.tenant_id, entry, now)
  return enrolled
}

const knownRow = z.object({
  device_id: deviceId,
  status: deviceStatus,
  replaced_at: z.date().nullable(),
})

/** The device whose key this is, taken in anew; `undefined` when nobody has the key. */
async function enrolAgain(
  tx: Transaction,
  claim: Claim,
  request: EnrolRequest,
  now: Date,
): Promise<Enrolled | undefined> {
  const { rows: keys } = await tx.query(
    `select d.device_id, d.status, k.replaced_at
     from scout.device_key k
     join scout.device d on d.tenant_id = k.tenant_id and d.device_id = k.device_id
     where k.tenant_id = $1 and k.public_key = $2
     for update of d`,
    [claim.tenant_id, Buffer.from(request.public_key, 'base64url')],
  )
  if (keys[0] === undefined) return undefined
  const known = knownRow.parse(keys[0])
  if (known.status === 'revoked' || known.replaced_at !== null) {
    throw new ScoutError('signature_invalid', {
      message:
        'This key was revoked or replaced, somebody may hold a copy. Make a new one and enrol with that.',
    })
  }
  const { rows } = await tx.query(
    `update scout.device set
       claim_id = $3, name = $4, status = 'active', boot_epoch_floor = boot_epoch_floor + 1, store_ids = $5,
       backfill_from = $6, enrolled_at = $7, agent_version = $8
     where tenant_id = $1 and device_id = $2
     returning device_id, boot_epoch_floor`,
    [
      claim.tenant_id,
      known.device_id,
      claim.claim_id,
      request.name,
      claim.store_ids,
      claim.backfill_from,
      now,
      request.agent_version,
    ],
  )
  return enrolledRow.parse(rows[0])
}

async function enrolNew(tx: Transaction, claim: Claim, request: EnrolRequest, now: Date): Promise<Enrolled> {
  const { rows } = await tx.query(
    `insert into scout.device (tenant_id, device_id, claim_id, name, status, boot_epoch_floor, store_ids, backfill_from,
       enrolled_at, agent_version)
     values ($1, $2, $3, $4, 'active', 1, $5, $6, $7, $8)
     returning device_id, boot_epoch_floor`,
    [
      claim.tenant_id,
      `dev_${randomUUID()}`,
      claim.claim_id,
      request.name,
      claim.store_ids,
      claim.backfill_from,
      now,
      request.agent_version,
    ],
  )
  const enrolled = enrolledRow.parse(rows[0])
  // Enrolling with it was its first use.
  await tx.query(
    `insert into scout.device_key (tenant_id, device_id, public_key, added_at, first_used_at) values ($1, $2, $3, $4, $4)`,
    [claim.tenant_id, enrolled.deviceId, Buffer.from(request.public_key, 'base64url'), now],
  )
  return enrolled
}

const enrolledRow = z
  .object({ device_id: deviceId, boot_epoch_floor: z.number() })
  .transform((row): Enrolled => ({ deviceId: row.device_id, bootEpochFloor: row.boot_epoch_floor }))
