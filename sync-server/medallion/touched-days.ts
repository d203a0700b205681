import type { TenantId } from '../../app/domain/ids.ts'
import type { Transaction } from '../database/pool.ts'

/**
 * The days a run redoes, ordered; null is every day. A day brings along the days on which other versions of its transactions lie: a
 * revision may have moved a sale, and it must leave the one day when it enters the other.
 */
export async function daysToRedo(
  tx: Transaction,
  tenantId: TenantId,
  asked: readonly string[] | 'all' | 'touched',
): Promise<string[] | null> {
  if (asked === 'all') return null
  const days = asked === 'touched' ? await touchedDays(tx, tenantId) : [...new Set(asked)].sort()
  if (days.length === 0) return days
  const { rows } = await tx.query(
    `select day from unnest($2::date[]) as d (day)
     union
     select v.business_day
     from scout.bronze_events b
     join scout.bronze_events v
       on v.tenant_id = b.tenant_id and v.store_id = b.store_id and v.transaction_id = b.transaction_id
     where b.tenant_id = $1 and v.tenant_id = $1 and b.business_day = any ($2::date[])
       and v.business_day <> b.business_day
     order by day`,
    [tenantId, days],
  )
  return rows.map(row => String(row.day))
}

/**
 * Takes away the notes of this run. It runs in the run's own repeatable-read transaction, so it sees, and takes, only those that were there
 * when the run began: a note that came later stays.
 */
export async function clearTouchedDays(tx: Transaction, tenantId: TenantId): Promise<void> {
  await tx.query('delete from scout.medallion_touched_day where tenant_id = $1', [tenantId])
}

async function touchedDays(tx: Transaction, tenantId: TenantId): Promise<string[]> {
  const { rows } = await tx.query(
    'select distinct day from scout.medallion_touched_day where tenant_id = $1 order by day',
    [tenantId],
  )
  return rows.map(row => String(row.day))
}
