import { createHash, randomInt, randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { claimRequest, claimResponse } from '../../app/contracts/device.ts'
import type { TenantId } from '../../app/domain/ids.ts'
import type { Pool } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'
import { recordAudit } from '../identity/audit.ts'

/** Crockford's base 32: digits and capitals that a person does not confuse. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Makes a single-use code with which one device may enrol; only its hash is stored. `createdBy` is a user, or null for the server itself. */
export async function createClaim(
  pool: Pool,
  tenant: TenantId,
  request: z.infer<typeof claimRequest>,
  createdBy: string | null,
  now: Date,
): Promise<z.infer<typeof claimResponse>> {
  const code = generateCode()
  const expiresAt = new Date(now.getTime() + request.expires_in_hours * 3_600_000)
  const claimId = randomUUID()
  await withTenant(pool, tenant, async tx => {
    await tx.query(
      `insert into scout.device_claim
         (tenant_id, claim_id, code_hash, label, store_ids, backfill_from, created_by, created_at, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        tenant,
        claimId,
        claimCodeHash(code),
        request.label,
        request.store_ids,
        request.backfill_from,
        createdBy,
        now,
        expiresAt,
      ],
    )
    const actor =
      createdBy === null ? ({ kind: 'system' } as const) : ({ kind: 'user', id: createdBy } as const)
    const details = { label: request.label }
    await recordAudit(tx, tenant, { actor, action: 'claim_made', subject: claimId, details }, now)
  })
  return { claim_code: code, expires_at: expiresAt.toISOString() }
}

/** The code as it was meant: case, spaces, hyphens and look-alike letters do not matter. */
export function claimCodeHash(code: string): Buffer {
  const meant = code.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
  return createHash('sha256').update(meant).digest()
}

/** Four groups of four, 80 bits. */
function generateCode(): string {
  const group = () => Array.from({ length: 4 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  return Array.from({ length: 4 }, group).join('-')
}
