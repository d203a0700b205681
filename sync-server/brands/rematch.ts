import { randomUUID } from 'node:crypto'
import type { TenantId } from '../../app/domain/ids.ts'
import type { Transaction } from '../database/pool.ts'

/**
 * Matches every spelling seen so far anew, and notes the days of the lines whose brand is another one now, so that the next transform
 * redoes them. To be called, in the same transaction, by whoever changes the dictionary or a decision.
 *
 * @returns the spellings that mean another brand now.
 */
export async function rematchBrands(tx: Transaction, tenant: TenantId): Promise<string[]> {
  const { rows } = await tx.query('select rematch_brands as spelling from scout.rematch_brands($1)', [tenant])
  const spellings = rows.map(row => String(row.spelling)).sort()
  if (spellings.length === 0) return spellings
  await tx.query(
    `insert into scout.medallion_touched_day (tenant_id, day, touch_id)
     select distinct l.tenant_id, l.date_key, $2
     from scout.silver_line_items l
     where l.tenant_id = $1
       and (l.brand_raw = any ($3::text[]) or l.product_name = any ($3::text[]) or l.local_name = any ($3::text[]))
     on conflict do nothing`,
    [tenant, randomUUID(), spellings],
  )
  return spellings
}
