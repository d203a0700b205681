import { randomUUID } from 'node:crypto'
import type { TenantId } from '../../app/domain/ids.ts'
import type { Transaction } from '../database/pool.ts'

/** One transaction of a store, whatever versions of it there are. */
export interface TransactionKey {
  readonly storeId: string
  readonly transactionId: string
}

/** Notes the days on which any version of these transactions lies: the one that stands may have changed. */
export async function touchDays(
  tx: Transaction,
  tenantId: TenantId,
  transactions: readonly TransactionKey[],
): Promise<void> {
  if (transactions.length === 0) return
  await tx.query(
    `insert into scout.medallion_touched_day (tenant_id, day, touch_id)
     select distinct b.tenant_id, b.business_day, $2
     from unnest($3::text[], $4::text[]) as s (store_id, transaction_id)
     join scout.bronze_events b
       on b.tenant_id = $1 and b.store_id = s.store_id and b.transaction_id = s.transaction_id
     on conflict do nothing`,
    [
      tenantId,
      randomUUID(),
      transactions.map(({ storeId }) => storeId),
      transactions.map(({ transactionId }) => transactionId),
    ],
  )
}
