import { randomUUID } from 'node:crypto'
import type { TenantId } from '../../app/domain/ids.ts'
import type { Transaction } from '../database/pool.ts'

/** Notes every day on which one of these stores sold. */
export async function touchDaysOfStores(
  tx: Transaction,
  tenant: TenantId,
  stores: readonly string[],
): Promise<void> {
  if (stores.length === 0) return
  await tx.query(
    `insert into scout.medallion_touched_day (tenant_id, day, touch_id)
     select distinct tenant_id, business_day, $2
     from scout.bronze_events where tenant_id = $1 and store_id = any($3::text[])
     on conflict do nothing`,
    [tenant, randomUUID(), stores],
  )
}

/**
 * Notes every day on which one of these products was sold; and those that wait to be refined, because a run that is under way may not have seen
 * the change.
 */
export async function touchDaysOfProducts(
  tx: Transaction,
  tenant: TenantId,
  products: readonly string[],
): Promise<void> {
  if (products.length === 0) return
  await tx.query(
    `insert into scout.medallion_touched_day (tenant_id, day, touch_id)
     select $1, d.day, $2
     from (
       select date_key as day from scout.silver_line_items where tenant_id = $1 and product_id = any($3::text[])
       union
       select day from scout.medallion_touched_day where tenant_id = $1
     ) d
     on conflict do nothing`,
    [tenant, randomUUID(), products],
  )
}
