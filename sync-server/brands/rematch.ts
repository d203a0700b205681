import { randomUUID } from 'node:crypto'
import type { TenantId } from '../../app/domain/ids.ts'
import type { Transaction } from '../database/pool.ts'

/**
 * Matches every spelling seen so far anew, and notes the days of the lines whose brand is another one now, so that the next transform
 * redoes them. To be called, in the same transaction, by whoever changed the dictionary or a decision. Before a first dictionary nothing was
 * matched, and without one nothing is: then every day with lines is noted.
 *
 * @returns how many days were noted.
 */
export async function rematchBrands(tx: Transaction, tenant: TenantId): Promise<number> {
  const { rows } = await tx.query(
    `select
       exists (select 1 from scout.brand where tenant_id = $1) as has_dictionary,
       exists (select 1 from scout.brand_spelling where tenant_id = $1) as has_matched`,
    [tenant],
  )
  const { has_dictionary: hasDictionary, has_matched: hasMatched } = rows[0] ?? {}
  if (!hasDictionary) await tx.query('delete from scout.brand_spelling where tenant_id = $1', [tenant])
  if (!hasDictionary || !hasMatched) return touch(tx, tenant, null)
  const changed = await tx.query('select rematch_brands as spelling from scout.rematch_brands($1)', [tenant])
  return touch(
    tx,
    tenant,
    changed.rows.map(row => String(row.spelling)),
  )
}

/** Notes the days of the lines that use one of the spellings; null is all lines. */
async function touch(
  tx: Transaction,
  tenant: TenantId,
  spellings: readonly string[] | null,
): Promise<number> {
  if (spellings?.length === 0) return 0
  const { rows } = await tx.query(
    `insert into scout.medallion_touched_day (tenant_id, day, touch_id)
     select distinct l.tenant_id, l.date_key, $2
     from scout.silver_line_items l
     left join scout.dim_product p on p.tenant_id = l.tenant_id and p.product_id = l.product_id
     where l.tenant_id = $1
       and ($3::text[] is null or l.brand_raw = any ($3::text[]) or l.product_name = any ($3::text[])
         or l.local_name = any ($3::text[]) or p.brand = any ($3::text[]))
     on conflict do nothing
     returning 1`,
    [tenant, randomUUID(), spellings],
  )
  return rows.length
}
