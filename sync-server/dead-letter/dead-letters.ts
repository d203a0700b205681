import { z } from 'zod'
import { type DeadLetter, deadLetter } from '../../app/contracts/ways-back.ts'
import type { TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool, Transaction } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'
import { type Actor, recordAudit } from '../identity/audit.ts'
import { refusedContext } from '../ingestion/bronze-rows.ts'
import type { PersonalKeys } from '../personal/personal-keys.ts'
import { openBytes } from '../personal/seal.ts'

export interface DeadLetterFilter {
  readonly code?: string | undefined
  readonly device?: string | undefined
  /** Those that were stored or given up as well. */
  readonly settled?: boolean | undefined
  readonly limit: number
}

const instant = z
  .date()
  .nullable()
  .transform(at => at?.toISOString() ?? null)
const row = deadLetter.extend({
  received_at: z.date().transform(at => at.toISOString()),
  settled_at: instant,
  last_tried_at: instant,
})

const COLUMNS = `refused_id as dead_letter_id, device_id, boot_epoch, seq, received_at, code, message, details, settled_as, settled_at,
  settled_note, tries, last_tried_at`

/** What was refused and waits for somebody, the newest first. */
export async function listDeadLetters(
  pool: Pool,
  tenant: TenantId,
  { code, device, settled = false, limit }: DeadLetterFilter,
): Promise<DeadLetter[]> {
  return withTenant(pool, tenant, async tx => {
    const { rows } = await tx.query(
      `select ${COLUMNS} from scout.bronze_refused
       where tenant_id = $1 and ($2::text is null or code = $2) and ($3::text is null or device_id = $3)
         and ($4 or settled_as is null)
       order by received_at desc, refused_id
       limit $5`,
      [tenant, code ?? null, device ?? null, settled, limit],
    )
    return rows.map(one => row.parse(one))
  })
}

/** One with its bytes, as they came. They may name a person: that somebody looked is written down. @throws ScoutError `not_found` */
export async function showDeadLetter(
  pool: Pool,
  tenant: TenantId,
  keys: PersonalKeys,
  { id, actor, now }: { readonly id: string; readonly actor: Actor; readonly now: Date },
): Promise<DeadLetter & { readonly line: string }> {
  return withTenant(pool, tenant, async tx => {
    const { rows } = await tx.query(
      `select ${COLUMNS}, raw, key_version from scout.bronze_refused where tenant_id = $1 and refused_id = $2`,
      [tenant, id],
    )
    const [found] = rows
    if (found === undefined) throw noSuch(id)
    await recordAudit(tx, tenant, { actor, action: 'dead_letter_read', subject: id }, now)
    return { ...row.parse(found), line: rawOf(keys, tenant, id, found).toString('utf8') }
  })
}

/** Gives up what is open. @returns how many were; those that are settled already stay as they are */
export async function discardDeadLetters(
  pool: Pool,
  tenant: TenantId,
  {
    ids,
    reason,
    actor,
    now,
  }: { readonly ids: readonly string[]; readonly reason: string; readonly actor: Actor; readonly now: Date },
): Promise<number> {
  return withTenant(pool, tenant, async tx => {
    const { rows } = await tx.query(
      `update scout.bronze_refused set settled_as = 'discarded', settled_at = $3, settled_note = $4
       where tenant_id = $1 and refused_id = any ($2::text[]) and settled_as is null
       returning refused_id`,
      [tenant, ids, now, reason],
    )
    for (const { refused_id } of rows) {
      const entry = {
        actor,
        action: 'dead_letter_discarded',
        subject: refused_id,
        details: { reason },
      } as const
      await recordAudit(tx, tenant, entry, now)
    }
    return rows.length
  })
}

const waitingRow = z.object({
  device_id: z.string(),
  boot_epoch: z.number(),
  seq: z.number(),
  received_at: z.date(),
  sent_at: z.date().nullable(),
  clock_offset_ms: z.number().nullable(),
  settled_as: z.string().nullable(),
  settled_note: z.string().nullable(),
})
export type WaitingLetter = z.infer<typeof waitingRow> & { readonly raw: Buffer }

/** One that is about to be judged again; nobody else touches it until the transaction ends. @throws ScoutError `not_found` */
export async function lockDeadLetter(
  tx: Transaction,
  tenant: TenantId,
  keys: PersonalKeys,
  id: string,
): Promise<WaitingLetter> {
  const { rows } = await tx.query(
    `select device_id, boot_epoch, seq, received_at, sent_at, clock_offset_ms, settled_as, settled_note, raw, key_version
     from scout.bronze_refused where tenant_id = $1 and refused_id = $2 for update`,
    [tenant, id],
  )
  const [found] = rows
  if (found === undefined) throw noSuch(id)
  return { ...waitingRow.parse(found), raw: rawOf(keys, tenant, id, found) }
}

const sealedRow = z.object({ raw: z.instanceof(Buffer), key_version: z.number().nullable() })

function rawOf(keys: PersonalKeys, tenant: TenantId, id: string, found: unknown): Buffer {
  const { raw, key_version } = sealedRow.parse(found)
  // Refused before refusals were sealed.
  return key_version === null ? raw : openBytes(keys, raw, refusedContext(tenant, id))
}

function noSuch(id: string): ScoutError {
  return new ScoutError('not_found', {
    message: `There is no dead letter ${id}. \`scout dead-letter list\` names them.`,
  })
}
