import { randomUUID } from 'node:crypto'
import type { TenantId } from '../../app/domain/ids.ts'
import type { Transaction } from '../database/pool.ts'

export type Actor =
  | { readonly kind: 'user'; readonly id: string }
  | { readonly kind: 'device'; readonly id: string }
  | { readonly kind: 'system' }

export interface AuditEntry {
  readonly actor: Actor
  readonly action:
    | 'logged_in'
    | 'session_reused'
    | 'claim_made'
    | 'device_enrolled'
    | 'device_renamed'
    | 'device_suspended'
    | 'device_resumed'
    | 'device_revoked'
    | 'device_key_announced'
    | 'device_key_replaced'
    | 'device_key_reused'
    | 'assertion_replayed'
    | 'published'
    | 'customer_read'
    | 'customer_erased'
    | 'brand_decided'
    | 'dead_letter_read'
    | 'dead_letter_stored'
    | 'dead_letter_discarded'
    | 'quarantine_released'
  /** What it was done to. */
  readonly subject: string | null
  readonly details?: Readonly<Record<string, unknown>>
}

/** Writes down who did what, in the transaction that does it. Never a secret. */
export async function recordAudit(
  tx: Transaction,
  tenant: TenantId,
  entry: AuditEntry,
  now: Date,
): Promise<void> {
  const { actor, action, subject, details = {} } = entry
  await tx.query(
    `insert into scout.audit (tenant_id, audit_id, at, actor_kind, actor_id, action, subject, details)
     values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb)`,
    [
      tenant,
      randomUUID(),
      now,
      actor.kind,
      actor.kind === 'system' ? null : actor.id,
      action,
      subject,
      JSON.stringify(details),
    ],
  )
}
