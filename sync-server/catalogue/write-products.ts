import { isDeepStrictEqual } from 'node:util'
import type { TenantId } from '../../app/domain/ids.ts'
import type { Transaction } from '../database/pool.ts'
import { touchDaysOfProducts } from './touch-days.ts'
import { type ColumnValues, upsert } from './upsert.ts'

/** What of a product stands in its lines. */
const IN_LINES = 'product_id, product_name, brand, category, category_raw'

/**
 * Writes products, finds the category of each by its spelling, and notes the days of lines that read differently now.
 *
 * @param columns with `product_id`, each id once; the owner's words for a category as `category_raw`
 */
export async function writeProducts(
  tx: Transaction,
  tenant: TenantId,
  columns: readonly ColumnValues[],
  now: Date,
): Promise<void> {
  const ids = columns.find(({ name }) => name === 'product_id')?.values.map(String) ?? []
  const before = await inLines(tx, tenant, ids)
  await upsert(tx, tenant, 'dim_product', 'product_id', columns, now)
  await tx.query(
    `update scout.dim_product d set category = s.code
     from scout.dim_product o
     join scout.tenant t on t.tenant_id = $1
     left join scout.pack_spelling s
       on s.pack_id = t.pack_id and s.kind = 'category' and s.key = scout.fold(o.category_raw)
     where d.tenant_id = $1 and o.tenant_id = $1 and d.product_id = any($2::text[]) and o.product_id = d.product_id
       and d.category is distinct from s.code`,
    [tenant, ids],
  )
  const after = await inLines(tx, tenant, ids)
  await touchDaysOfProducts(
    tx,
    tenant,
    [...after].filter(([id, now]) => !isDeepStrictEqual(before.get(id), now)).map(([id]) => id),
  )
}

async function inLines(
  tx: Transaction,
  tenant: TenantId,
  ids: readonly string[],
): Promise<Map<string, Record<string, unknown>>> {
  const { rows } = await tx.query(
    `select ${IN_LINES} from scout.dim_product where tenant_id = $1 and product_id = any($2::text[])`,
    [tenant, ids],
  )
  return new Map(rows.map(row => [String(row.product_id), row]))
}
