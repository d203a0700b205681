import { z } from 'zod'
import type { TenantId } from '../../app/domain/ids.ts'
import type { Transaction } from '../database/pool.ts'
import { touchDays } from '../ingestion/touch-days.ts'

export interface ReleasedSales {
  /** Sales that nothing holds back any more. */
  readonly released: number
  /** Sales whose store is known now and that wait for another reason. */
  readonly stillHeld: number
}

const releasedRow = z.object({ store_id: z.string(), transaction_id: z.string(), free: z.boolean() })

/**
 * Takes the reason `unknown_store` from the sales of these stores: they are in the catalogue now. For the importer, in its own transaction,
 * after it has written the stores. A sale of a device that was not enrolled for the store stays where it is; what came by SQL or
 * import has no device, and no such limit. The days that change are noted.
 */
export async function releaseUnknownStores(
  tx: Transaction,
  tenantId: TenantId,
  storeIds: readonly string[],
): Promise<ReleasedSales> {
  if (storeIds.length === 0) return { released: 0, stillHeld: 0 }
  await waitForBatchesThatFoundNoStore(tx, tenantId)
  const { rows } = await tx.query(
    `update scout.bronze_events b
     set quarantine_reasons = array_remove(b.quarantine_reasons, 'unknown_store')
     from scout.dim_store s
     where b.tenant_id = $1 and s.tenant_id = $1
       and b.quarantine_reasons <> '{}' and 'unknown_store' = any (b.quarantine_reasons)
       and b.store_id = any ($2::text[]) and s.store_id = b.store_id
       and not exists (
         select from scout.device d
         where d.tenant_id = $1 and d.device_id = b.device_id and b.store_id <> all (d.store_ids)
       )
     returning b.store_id, b.transaction_id, b.quarantine_reasons = '{}' as free`,
    [tenantId, [...new Set(storeIds)]],
  )
  const sales = rows.map(row => releasedRow.parse(row))
  const free = sales.filter(sale => sale.free)
  await touchDays(
    tx,
    tenantId,
    free.map(({ store_id, transaction_id }) => ({ storeId: store_id, transactionId: transaction_id })),
  )
  return { released: free.length, stillHeld: sales.length - free.length }
}

/**
 * A batch that finds a store unknown must not commit that after an import has released the store's sales: it would be held for ever. Until
 * their transactions end, such batches share this lock; an import has it alone, and waits for them.
 */
async function waitForBatchesThatFoundNoStore(tx: Transaction, tenantId: TenantId): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [lockName(tenantId)])
}

/** After this the catalogue must be asked again: an import may have ended meanwhile. */
export async function holdBackImports(tx: Transaction, tenantId: TenantId): Promise<void> {
  await tx.query('select pg_advisory_xact_lock_shared(hashtextextended($1, 0))', [lockName(tenantId)])
}

function lockName(tenantId: TenantId): string {
  return `scout.unknown_store/${tenantId}`
}
