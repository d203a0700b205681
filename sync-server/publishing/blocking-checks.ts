import type { TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Transaction } from '../database/pool.ts'
import { readChecks } from '../medallion/models.ts'

const ROWS_SHOWN = 5

/**
 * Runs `sql/checks` over all days, in the transaction that reads what is published: so what was checked is what goes out.
 *
 * @throws ScoutError `check_failed`
 */
export async function assertChecks(tx: Transaction, tenantId: TenantId): Promise<void> {
  for (const { name, promise, sql } of readChecks()) {
    const { rows } = await tx.query(`select * from (${sql}) as violation limit ${ROWS_SHOWN}`, [
      tenantId,
      null,
    ])
    if (rows.length > 0) throw new ScoutError('check_failed', { details: { check: name, promise, rows } })
  }
}
