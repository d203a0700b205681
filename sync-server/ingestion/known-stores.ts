import type { TenantId } from '../../app/domain/ids.ts'
import type { Transaction } from '../database/pool.ts'
import { holdBackImports } from '../quarantine/release-stores.ts'
import type { JudgedSale } from './judge-sale.ts'

/**
 * Gives `unknown_store` to sales of stores that are not known. A store is known when the tenant has it and the device was enrolled for it.
 *
 * @param permitted stores the device may report; null is every store
 */
export async function markUnknownStores(
  tx: Transaction,
  tenantId: TenantId,
  permitted: readonly string[] | null,
  sales: readonly JudgedSale[],
): Promise<JudgedSale[]> {
  const named = new Set(sales.map(sale => sale.facts.storeId))
  let known = await findStores(tx, tenantId, named)
  if (known.size < named.size) {
    await holdBackImports(tx, tenantId)
    known = await findStores(tx, tenantId, named)
  }
  const good = permitted === null ? known : known.intersection(new Set(permitted))
  return sales.map(sale =>
    good.has(sale.facts.storeId) ? sale : { ...sale, reasons: ['unknown_store', ...sale.reasons] },
  )
}

async function findStores(
  tx: Transaction,
  tenantId: TenantId,
  storeIds: ReadonlySet<string>,
): Promise<Set<string>> {
  if (storeIds.size === 0) return new Set()
  const { rows } = await tx.query(
    'select store_id from scout.dim_store where tenant_id = $1 and store_id = any($2::text[])',
    [tenantId, [...storeIds]],
  )
  return new Set(rows.map(row => String(row.store_id)))
}
