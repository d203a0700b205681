import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type TenantId, tenantId, type UserId, userId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool, Transaction } from '../database/pool.ts'
import { withSystem, withTenant } from '../database/tenant.ts'
import { recordAudit } from './audit.ts'
import { REFRESH_TOKEN_S } from './lifetimes.ts'

/*
 * INVARIANTS
 *  1. A refresh token is exchanged once; its successor belongs to the same family (one log-in on one laptop).
 *  2. A used token that comes again means that two hold it: the whole family ends.
 *  3. Two tabs may race for the same exchange: within `RACE_MS` the second gets a successor of its own.
 *  4. Only hashes are stored.
 */

const RACE_MS = 10_000

/** A token, and whose it is. */
export interface RefreshGrant {
  readonly token: string
  readonly tenantId: TenantId
  readonly userId: UserId
}

/** Starts a family at log-in. */
export async function startSession(
  pool: Pool,
  tenant: TenantId,
  user: UserId,
  now: Date,
): Promise<RefreshGrant> {
  return withTenant(pool, tenant, async tx => {
    await tx.query(
      'delete from scout.refresh_token where tenant_id = $1 and user_id = $2 and expires_at < $3',
      [tenant, user, now],
    )
    const { token } = await issue(tx, { tenantId: tenant, userId: user, familyId: randomUUID() }, now)
    return { token, tenantId: tenant, userId: user }
  })
}

const tokenRow = z.object({
  tenant_id: tenantId,
  token_id: z.string(),
  family_id: z.string(),
  user_id: userId,
  expires_at: z.date(),
  used_at: z.date().nullable(),
  revoked_at: z.date().nullable(),
})

/**
 * Exchanges a token for its successor.
 *
 * @throws ScoutError `token_missing` when it is not known or has expired, `session_revoked` when its family has ended or ends now.
 */
export async function rotateSession(pool: Pool, token: string, now: Date): Promise<RefreshGrant> {
  const rotated = await withSystem(pool, async tx => {
    const row = await findForUpdate(tx, token)
    if (row === null || row.expires_at <= now) return 'missing'
    if (row.revoked_at !== null) return 'revoked'
    if (row.used_at !== null && now.getTime() - row.used_at.getTime() > RACE_MS) {
      await revokeFamily(tx, row.tenant_id, row.family_id, now)
      const actor = { kind: 'system' } as const
      await recordAudit(tx, row.tenant_id, { actor, action: 'session_reused', subject: row.user_id }, now)
      return 'revoked'
    }
    const next = await issue(
      tx,
      { tenantId: row.tenant_id, userId: row.user_id, familyId: row.family_id },
      now,
    )
    await tx.query(
      `update scout.refresh_token set used_at = coalesce(used_at, $3), replaced_by = $4
       where tenant_id = $1 and token_id = $2`,
      [row.tenant_id, row.token_id, now, next.tokenId],
    )
    return { token: next.token, tenantId: row.tenant_id, userId: row.user_id }
  })
  // Thrown outside the transaction: the end of a family must be committed, not rolled back with the refusal.
  if (rotated === 'missing') throw new ScoutError('token_missing')
  if (rotated === 'revoked') throw new ScoutError('session_revoked')
  return rotated
}

/** Log-out: ends the family of the token. An unknown token is nobody's and needs no ending. */
export async function endSession(pool: Pool, token: string, now: Date): Promise<void> {
  await withSystem(pool, async tx => {
    const row = await findForUpdate(tx, token)
    if (row !== null) await revokeFamily(tx, row.tenant_id, row.family_id, now)
  })
}

async function findForUpdate(tx: Transaction, token: string): Promise<z.infer<typeof tokenRow> | null> {
  const { rows } = await tx.query(
    `select tenant_id, token_id, family_id, user_id, expires_at, used_at, revoked_at
     from scout.refresh_token where token_hash = $1 for update`,
    [sha256(token)],
  )
  return rows[0] === undefined ? null : tokenRow.parse(rows[0])
}

interface Family {
  readonly tenantId: TenantId
  readonly userId: UserId
  readonly familyId: string
}

async function issue(
  tx: Transaction,
  family: Family,
  now: Date,
): Promise<{ token: string; tokenId: string }> {
  const token = randomBytes(32).toString('base64url')
  const tokenId = randomUUID()
  await tx.query(
    `insert into scout.refresh_token (tenant_id, token_id, family_id, user_id, token_hash, issued_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      family.tenantId,
      tokenId,
      family.familyId,
      family.userId,
      sha256(token),
      now,
      new Date(now.getTime() + REFRESH_TOKEN_S * 1000),
    ],
  )
  return { token, tokenId }
}

async function revokeFamily(tx: Transaction, tenant: TenantId, familyId: string, now: Date): Promise<void> {
  await tx.query(
    `update scout.refresh_token set revoked_at = $3
     where tenant_id = $1 and family_id = $2 and revoked_at is null`,
    [tenant, familyId, now],
  )
}

function sha256(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
