import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool, Transaction } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'
import { type Actor, recordAudit } from '../identity/audit.ts'
import { readStatements, type Statement } from './person-rows.ts'
import type { PersonalKeys } from './personal-keys.ts'
import { asPersonalRole } from './personal-role.ts'
import { canIdentify, IDENTIFIERS, isPseudonym, pseudonymOf } from './pseudonyms.ts'

/** A request about one customer. */
export interface CustomerRequest {
  /** His pseudonym, or what a source knows him by: its id, his phone, his e-mail. */
  readonly customer: string
  readonly actor: Actor
  readonly now: Date
}

export interface CustomerFile {
  readonly customerId: string
  readonly erasedAt: Date | null
  /** Newest first. */
  readonly statements: readonly Statement[]
}

/**
 * Opens what is known of a customer, and writes down who looked; also who looked in vain.
 *
 * @throws ScoutError `not_found`, `personal_unreadable`
 */
export async function showCustomer(
  pool: Pool,
  tenant: TenantId,
  keys: PersonalKeys,
  { customer, actor, now }: CustomerRequest,
): Promise<CustomerFile[]> {
  const files = await withTenant(pool, tenant, async tx => {
    const found: CustomerFile[] = []
    const asked = pseudonymsFor(customer, keys, tenant)
    const erased = await erasedAmong(tx, tenant, asked)
    for (const customerId of asked) {
      const statements = await asPersonalRole(tx, () => readStatements(tx, tenant, keys, customerId))
      const erasedAt = erased.get(customerId) ?? null
      if (statements.length > 0 || erasedAt !== null) found.push({ customerId, erasedAt, statements })
    }
    const subjects = found.length > 0 ? found.map(file => file.customerId) : asked.slice(0, 1)
    for (const subject of subjects) {
      const details = { statements: found.find(file => file.customerId === subject)?.statements.length ?? 0 }
      await recordAudit(tx, tenant, { actor, action: 'customer_read', subject, details }, now)
    }
    return found
  })
  if (files.length === 0) throw unknownCustomer()
  return files
}

/**
 * Tables with a row for each customer. Those that are redone by schedule must not name him until then. What names him beside something else
 * (a sale, its lines) is refined anew.
 */
const ROWS_OF_CUSTOMERS = [
  ...['dim_customer', 'silver_customer_segments', 'gold_customer_ltv', 'customer_features', 'churn_score'],
] as const

export interface Erasure {
  readonly customerIds: readonly string[]
  /** Business days that are refined anew without him, so that the partitions that named him are published anew. */
  readonly days: number
}

/**
 * Removes all personal data of a customer for good. His sales stay, without a customer after the next transform; nothing is stored of him
 * again. Safe to repeat.
 *
 * @throws ScoutError `not_found`
 */
export async function eraseCustomer(
  pool: Pool,
  tenant: TenantId,
  keys: PersonalKeys,
  { customer, actor, now }: CustomerRequest,
): Promise<Erasure> {
  return withTenant(pool, tenant, async tx => {
    const asked = pseudonymsFor(customer, keys, tenant)
    // A run that is under way may have read him already, and would write him back: it ends first.
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('scout.medallion/' || $1, 0))`, [tenant])
    const customerIds = await asPersonalRole(tx, async () => {
      // Waits for batches that are being stored; those after it see the tombstone.
      await tx.query('lock table scout.customer_personal in share row exclusive mode')
      const { rows } = await tx.query(
        'select distinct customer_id from scout.customer_personal where tenant_id = $1 and customer_id = any($2::text[])',
        [tenant, asked],
      )
      return rows.map(row => String(row.customer_id))
    })
    const known = [...new Set([...customerIds, ...(await erasedAmong(tx, tenant, asked)).keys()])]
    if (known.length === 0) throw unknownCustomer()
    await tx.query(
      `insert into scout.customer_erased (tenant_id, customer_id, erased_at)
       select $1, c.customer_id, $2 from unnest($3::text[]) as c (customer_id)
       on conflict do nothing`,
      [tenant, now, known],
    )
    await asPersonalRole(tx, () =>
      tx.query('delete from scout.customer_personal where tenant_id = $1 and customer_id = any($2::text[])', [
        tenant,
        known,
      ]),
    )
    for (const relation of ROWS_OF_CUSTOMERS) {
      await tx.query(`delete from scout.${relation} where tenant_id = $1 and customer_id = any($2::text[])`, [
        tenant,
        known,
      ])
    }
    const days = await touchDaysOf(tx, tenant, known)
    for (const subject of known) {
      await recordAudit(tx, tenant, { actor, action: 'customer_erased', subject, details: { days } }, now)
    }
    return { customerIds: known, days }
  })
}

/**
 * The days on which silver names them; and those that wait to be refined, because a run that is under way may not have seen the tombstone.
 */
async function touchDaysOf(tx: Transaction, tenant: TenantId, customers: readonly string[]): Promise<number> {
  const { rows } = await tx.query(
    `insert into scout.medallion_touched_day (tenant_id, day, touch_id)
     select $1, d.day, $2
     from (
       select date_key as day from scout.silver_transactions where tenant_id = $1 and customer_id = any($3::text[])
       union
       select day from scout.medallion_touched_day where tenant_id = $1
     ) d
     on conflict do nothing
     returning day`,
    [tenant, randomUUID(), customers],
  )
  return rows.length
}

const erasedRow = z.object({ customer_id: z.string(), erased_at: z.date() })

async function erasedAmong(
  tx: Transaction,
  tenant: TenantId,
  customers: readonly string[],
): Promise<Map<string, Date>> {
  const { rows } = await tx.query(
    'select customer_id, erased_at from scout.customer_erased where tenant_id = $1 and customer_id = any($2::text[])',
    [tenant, customers],
  )
  return new Map(
    rows.map(row => erasedRow.parse(row)).map(({ customer_id, erased_at }) => [customer_id, erased_at]),
  )
}

function pseudonymsFor(customer: string, keys: PersonalKeys, tenant: TenantId): string[] {
  return isPseudonym(customer)
    ? [customer]
    : IDENTIFIERS.filter(kind => canIdentify(kind, customer)).map(kind =>
        pseudonymOf(keys, tenant, kind, customer),
      )
}

function unknownCustomer(): ScoutError {
  return new ScoutError('not_found', {
    message:
      'No such customer is known. Name him by his pseudonym or exactly by the id, phone or e-mail that his source uses.',
  })
}
