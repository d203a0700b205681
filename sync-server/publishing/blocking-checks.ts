import type { TenantId } from '../../app/domain/ids.ts'
import type { Transaction } from '../database/pool.ts'
import { readChecks } from '../medallion/checks.ts'
import { runCheck } from '../medallion/run-checks.ts'

/**
 * Runs `sql/checks` over all days, in the transaction that reads what is published: so what was checked is what goes out.
 *
 * @throws ScoutError `check_failed`
 */
export async function assertChecks(tx: Transaction, tenantId: TenantId): Promise<void> {
  for (const check of readChecks()) {
    if (check.severity === 'blocking') await runCheck(tx, tenantId, check, null)
  }
}
