import type { TenantId } from '../../app/domain/ids.ts'
import type { Pool } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'
import { writeProducts } from './write-products.ts'
import { writeStores } from './write-stores.ts'

/** A store as its owner writes it down; its place is found by the spelling. */
export interface StoreRow {
  readonly storeId: string
  readonly name: string
  readonly region: string | null
  readonly province?: string | null
  readonly city: string | null
  readonly barangay: string | null
  readonly channel?: string | null
}

interface ProductRow {
  readonly productId: string
  readonly name: string
  readonly brand: string | null
  /** In the owner's words: the pack's vocabulary maps them. */
  readonly category: string | null
}

export interface Catalogue {
  readonly stores: readonly StoreRow[]
  readonly products: readonly ProductRow[]
}

export interface ImportOutcome {
  readonly stores: number
  readonly products: number
  /** Stores whose city is unknown or ambiguous: their sales wait until it is corrected. */
  readonly unplacedStores: number
}

/** Writes master data into a tenant, over what it has of the same ids, in one transaction. */
export async function importCatalogue(
  pool: Pool,
  tenant: TenantId,
  { stores, products }: Catalogue,
  now: Date,
): Promise<ImportOutcome> {
  const ofStores = (name: string, of: (store: StoreRow) => string | null | undefined) =>
    ({ name, type: 'text', values: stores.map(store => of(store) ?? null) }) as const
  const ofProducts = (name: string, of: (product: ProductRow) => string | null) =>
    ({ name, type: 'text', values: products.map(of) }) as const
  return withTenant(pool, tenant, async tx => {
    const storeColumns = [
      ofStores('store_id', store => store.storeId),
      ofStores('store_name', store => store.name),
      ofStores('channel', store => store.channel),
      ofStores('region', store => store.region),
      ofStores('province', store => store.province),
      ofStores('city', store => store.city),
      ofStores('barangay', store => store.barangay),
    ]
    const productColumns = [
      ofProducts('product_id', product => product.productId),
      ofProducts('product_name', product => product.name),
      ofProducts('brand', product => product.brand),
      ofProducts('category_raw', product => product.category),
    ]
    const unplacedStores = stores.length === 0 ? 0 : await writeStores(tx, tenant, storeColumns, now)
    if (products.length > 0) await writeProducts(tx, tenant, productColumns, now)
    return { stores: stores.length, products: products.length, unplacedStores }
  })
}
