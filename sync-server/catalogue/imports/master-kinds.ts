import type { TenantId } from '../../../app/domain/ids.ts'
import { rematchBrands } from '../../brands/rematch.ts'
import type { Transaction } from '../../database/pool.ts'
import { storePersons } from '../../personal/person-rows.ts'
import type { PersonalKeys } from '../../personal/personal-keys.ts'
import { type PersonDetails, personOf } from '../../personal/withhold.ts'
import { type ColumnValues, upsert } from '../upsert.ts'
import { writeProducts } from '../write-products.ts'
import { writeStores } from '../write-stores.ts'
import { COLUMNS, type Column, type ColumnType } from './columns.ts'
import type { GoodRow } from './read-file.ts'

interface ImportContext {
  readonly tenant: TenantId
  readonly keys: PersonalKeys
  readonly now: Date
}

/** Master data, a row a thing. */
export interface MasterKind {
  /** What tells its rows apart; nothing where repeating one does no harm. */
  readonly key: readonly string[]
  /** A further column that no two of them share in a tenant, with the table that holds it. */
  readonly code?: { readonly table: string; readonly id: string; readonly column: string }
  /** Where its rows are kept as they came. */
  readonly bronze?: 'bronze_store_master' | 'bronze_product_catalog'
  /** What is wrong between the values of a row. */
  check?(row: GoodRow): string | null
  /** @returns a count worth telling, by name */
  write(tx: Transaction, context: ImportContext, rows: readonly GoodRow[]): Promise<Record<string, number>>
}

const CASTS: Readonly<Record<ColumnType, ColumnValues['type']>> = {
  id: 'text',
  text: 'text',
  moment: 'text',
  integer: 'integer',
  decimal: 'numeric',
  boolean: 'boolean',
  date: 'date',
  list: 'list',
}

/** The columns that the rows have, as they are written. */
function columnsOf(
  columns: readonly Column[],
  rows: readonly GoodRow[],
  rename: Record<string, string> = {},
) {
  return columns
    .filter(({ name }) => rows[0]?.values.has(name))
    .map(
      ({ name, type }): ColumnValues => ({
        name: rename[name] ?? name,
        type: CASTS[type],
        values: rows.map(row => row.values.get(name) ?? null),
      }),
    )
}

const PERSONAL: Readonly<Record<string, keyof PersonDetails>> = {
  customer_id: 'id',
  customer_code: 'code',
  name: 'name',
  first_name: 'first_name',
  last_name: 'last_name',
  mobile_number: 'phone',
  email: 'email',
  birthdate: 'birthdate',
}

export const MASTER_KINDS = {
  stores: {
    key: ['store_id'],
    code: { table: 'dim_store', id: 'store_id', column: 'store_code' },
    bronze: 'bronze_store_master',
    async write(tx, { tenant, now }, rows) {
      const unplaced = await writeStores(tx, tenant, columnsOf(COLUMNS.stores, rows), now)
      return { unplaced_stores: unplaced }
    },
  },
  products: {
    key: ['product_id'],
    code: { table: 'dim_product', id: 'product_id', column: 'product_code' },
    bronze: 'bronze_product_catalog',
    async write(tx, { tenant, now }, rows) {
      await writeProducts(tx, tenant, columnsOf(COLUMNS.products, rows, { category: 'category_raw' }), now)
      return {}
    },
  },
  campaigns: {
    key: ['campaign_id'],
    check: ({ values }) =>
      String(values.get('end_date')) < String(values.get('start_date')) ? 'ends before it starts' : null,
    async write(tx, { tenant, now }, rows) {
      await upsert(tx, tenant, 'dim_campaign', 'campaign_id', columnsOf(COLUMNS.campaigns, rows), now)
      return {}
    },
  },
  brands: {
    // The same said twice does no harm.
    key: [],
    async write(tx, { tenant, now }, rows) {
      const column = (name: string) => rows.map(row => row.values.get(name) ?? null)
      await tx.query(
        `insert into scout.brand (tenant_id, brand, brand_key, updated_at)
         select distinct on (scout.fold(b.brand)) $1, b.brand, scout.fold(b.brand), $2::timestamptz
         from unnest($3::text[]) as b (brand)
         on conflict do nothing`,
        [tenant, now, column('brand')],
      )
      // A brand that is there under another spelling keeps it.
      await tx.query(
        `insert into scout.brand_variant (tenant_id, brand, variant, variant_key, category_raw)
         select distinct on (b.brand, scout.fold(v.variant)) $1, b.brand, v.variant, scout.fold(v.variant), v.category
         from unnest($2::text[], $3::text[], $4::text[]) with ordinality as v (brand, variant, category, ord)
         join scout.brand b on b.tenant_id = $1 and b.brand_key = scout.fold(v.brand)
         order by b.brand, scout.fold(v.variant), v.ord
         on conflict (tenant_id, brand, variant_key) do update set
           variant = excluded.variant, category_raw = excluded.category_raw`,
        [tenant, column('brand'), column('variant'), column('category')],
      )
      return { spellings_rematched: await rematchBrands(tx, tenant) }
    },
  },
  customers: {
    key: ['customer_id'],
    async write(tx, context, rows) {
      return writeCustomers(tx, context, rows)
    },
  },
} as const satisfies Record<string, MasterKind>
export type MasterKindName = keyof typeof MASTER_KINDS

/** Personal columns go sealed beside the dimension, which holds the rest under the pseudonym. */
async function writeCustomers(
  tx: Transaction,
  { tenant, keys, now }: ImportContext,
  rows: readonly GoodRow[],
): Promise<Record<string, number>> {
  const named = rows.flatMap(row => {
    const details = Object.fromEntries(
      Object.entries(PERSONAL).flatMap(([column, key]) => {
        const value = row.values.get(column) ?? null
        return value === null ? [] : [[key, value]]
      }),
    )
    const person = personOf(details, keys, tenant)
    return person === null ? [] : [{ row, person }]
  })
  // First: it waits for an erasure that is under way.
  await storePersons(
    tx,
    tenant,
    keys,
    named.map(({ person }) => person),
    now,
  )
  const { rows: erased } = await tx.query(
    'select customer_id from scout.customer_erased where tenant_id = $1 and customer_id = any($2::text[])',
    [tenant, named.map(({ person }) => person.customerId)],
  )
  const gone = new Set(erased.map(row => row.customer_id))
  const kept = named.filter(({ person }) => !gone.has(person.customerId))
  const open = COLUMNS.customers.filter(({ name }) => PERSONAL[name] === undefined)
  const columns: ColumnValues[] = [
    { name: 'customer_id', type: 'text', values: kept.map(({ person }) => person.customerId) },
    ...columnsOf(
      open,
      kept.map(({ row }) => row),
    ),
  ]
  for (const [name, kind] of [
    ['customer_type', 'customer_type'],
    ['preferred_payment', 'payment_method'],
  ] as const) {
    const at = columns.findIndex(column => column.name === name)
    const column = columns[at]
    if (column !== undefined)
      columns[at] = { ...column, values: await spelled(tx, tenant, kind, column.values) }
  }
  if (kept.length > 0) await upsert(tx, tenant, 'dim_customer', 'customer_id', columns, now)
  return { erased_customers_left_out: named.length - kept.length }
}

/** The codes of the pack's vocabulary; null for a word it does not know. */
async function spelled(
  tx: Transaction,
  tenant: TenantId,
  kind: string,
  words: readonly (string | null)[],
): Promise<(string | null)[]> {
  const { rows } = await tx.query(
    `select s.code
     from unnest($3::text[]) with ordinality as w (word, ord)
     join scout.tenant t on t.tenant_id = $1
     left join scout.pack_spelling s on s.pack_id = t.pack_id and s.kind = $2 and s.key = scout.fold(w.word)
     order by w.ord`,
    [tenant, kind, words],
  )
  return rows.map(row => row.code)
}
