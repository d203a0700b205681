import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TenantId } from '../../app/domain/ids.ts'
import type { Pool } from '../../sync-server/database/pool.ts'
import { withTenant } from '../../sync-server/database/tenant.ts'

export interface DictionaryRow {
  readonly brand: string
  readonly variant: string
}

/** The sample's dictionary: 190 variants of 92 brands. */
export const sampleDictionary: readonly DictionaryRow[] = readFileSync(
  join(import.meta.dirname, '../../sample/brand_dictionary.csv'),
  'utf8',
)
  .trim()
  .split(/\r?\n/)
  .slice(1)
  .map(line => {
    const [brand = '', variant = ''] = line.split(',')
    return { brand, variant }
  })

export async function addBrands(
  pool: Pool,
  tenant: TenantId,
  rows: readonly DictionaryRow[] = sampleDictionary,
): Promise<void> {
  const brands = [...new Set(rows.map(row => row.brand))]
  await withTenant(pool, tenant, async tx => {
    await tx.query(
      `insert into scout.brand (tenant_id, brand, brand_key, updated_at)
       select $1, b.brand, scout.fold(b.brand), now() from unnest($2::text[]) as b (brand)
       on conflict do nothing`,
      [tenant, brands],
    )
    await tx.query(
      `insert into scout.brand_variant (tenant_id, brand, variant, variant_key)
       select $1, v.brand, v.variant, scout.fold(v.variant) from unnest($2::text[], $3::text[]) as v (brand, variant)
       on conflict do nothing`,
      [tenant, rows.map(row => row.brand), rows.map(row => row.variant)],
    )
  })
}
