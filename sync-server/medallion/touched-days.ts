import type { TenantId } from '../../app/domain/ids.ts'
import type { Transaction } from '../database/pool.ts'

/**
 * The days a run redoes, ordered. A day brings along the days on which other versions of its transactions lie: a revision may have
 * moved a sale, and it must leave the one day when it enters the other.
 */
export async function daysToRedo(
  tx: Transaction,
  tenantId: TenantId,
  asked: readonly string[] | 'touched',
): Promise<string[]> {
  const days = asked === 'touched' ? await touchedDays(tx, tenantId) : asked
  if (days.length === 0) return []
  const { rows } = await tx.query('select scout.days_of_versions($1, $2::date[]) as days', [tenantId, days])
  return rows[0]?.days as string[]
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
