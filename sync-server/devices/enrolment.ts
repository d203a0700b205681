import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { EnrolRequest, EnrolResponse } from '../../app/contracts/device.ts'
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
 * @throws ScoutError `signature_invalid`, `claim_unknown`, `claim_used`, `claim_expired`
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
    `select device_id, boot_epoch_floor from scout.device
     where tenant_id = $1 and device_id = $2 and public_key = $3`,
    [claim.tenant_id, claim.used_by_device, Buffer.from(request.public_key, 'base64url')],
  )
  if (rows[0] === undefined) throw new ScoutError('claim_used')
  return enrolledRow.parse(rows[0])
}

async function takeIn(tx: Transaction, claim: Claim, request: EnrolRequest, now: Date): Promise<Enrolled> {
  if (claim.expires_at <= now) throw new ScoutError('claim_expired')
  const { rows } = await tx.query(
    `insert into scout.device (tenant_id, device_id, claim_id, name, public_key, status, boot_epoch_floor,
       store_ids, backfill_from, enrolled_at, agent_version)
     values ($1, $2, $3, $4, $5, 'active', 1, $6, $7, $8, $9)
     on conflict (tenant_id, public_key) do update set
       claim_id = excluded.claim_id, name = excluded.name, status = excluded.status,
       boot_epoch_floor = device.boot_epoch_floor + 1, store_ids = excluded.store_ids,
       backfill_from = excluded.backfill_from, enrolled_at = excluded.enrolled_at, agent_version = excluded.agent_version
     returning device_id, boot_epoch_floor`,
    [
      claim.tenant_id,
      `dev_${randomUUID()}`,
      claim.claim_id,
      request.name,
      Buffer.from(request.public_key, 'base64url'),
      claim.store_ids,
      claim.backfill_from,
      now,
      request.agent_version,
    ],
  )
  const enrolled = enrolledRow.parse(rows[0])
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

const enrolledRow = z
  .object({ device_id: deviceId, boot_epoch_floor: z.number() })
  .transform((row): Enrolled => ({ deviceId: row.device_id, bootEpochFloor: row.boot_epoch_floor }))
