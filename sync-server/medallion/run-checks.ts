import type { TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Transaction } from '../database/pool.ts'
import type { Check } from './checks.ts'

const ROWS_SHOWN = 5

/** @throws ScoutError `check_failed` with the check's name and the first rows that are wrong. */
export async function runCheck(
  tx: Transaction,
  tenantId: TenantId,
  { name, promise, sql }: Check,
  days: readonly string[] | null,
): Promise<void> {
  const { rows } = await tx.query(`select * from (${sql}\n) as violation limit ${ROWS_SHOWN}`, [
    tenantId,
    days,
  ])
  if (rows.length > 0) throw new ScoutError('check_failed', { details: { check: name, promise, rows } })
}
