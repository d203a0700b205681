/** What a column of an imported file holds. */
export interface Column {
  /** As the reference system calls it. */
  readonly name: string
  readonly type: ColumnType
  readonly required?: boolean
  /** Other headers that mean the same, in plain form. */
  readonly synonyms?: readonly string[]
  /** Of a number. */
  readonly min?: number
  readonly max?: number
  /** Never repeated in a report. */
  readonly personal?: boolean
}

export type ColumnType = 'id' | 'text' | 'integer' | 'decimal' | 'boolean' | 'date' | 'moment' | 'list'

const id = (name: string, ...synonyms: string[]): Column => ({ name, type: 'id', required: true, synonyms })
const text = (name: string, ...synonyms: string[]): Column => ({ name, type: 'text', synonyms })
const money = (name: string, ...synonyms: string[]): Column => ({ name, type: 'decimal', synonyms })
const count = (name: string): Column => ({ name, type: 'integer', min: 0 })
const day = (name: string): Column => ({ name, type: 'date' })
const flag = (name: string): Column => ({ name, type: 'boolean' })
const personal = (column: Column): Column => ({ ...column, personal: true })
const needed = (column: Column): Column => ({ ...column, required: true })

const storeColumns: readonly Column[] = [
  id('store_id'),
  needed(text('store_name')),
  text('store_code'),
  text('channel'),
  text('region', 'region_name'),
  text('province', 'province_name'),
  text('city', 'city_name', 'municipality', 'citymun_name'),
  text('barangay', 'barangay_name'),
  text('address'),
  { name: 'latitude', type: 'decimal', min: -90, max: 90, synonyms: ['lat'] },
  { name: 'longitude', type: 'decimal', min: -180, max: 180, synonyms: ['lon', 'lng', 'long'] },
  text('cluster_id'),
  text('district_id'),
  flag('is_active'),
  day('opened_date'),
  day('closed_date'),
  count('store_size_sqm'),
  count('staff_count'),
]

const productColumns: readonly Column[] = [
  id('product_id', 'sku_id', 'sku'),
  needed(text('product_name', 'sku_name')),
  text('product_code'),
  text('barcode'),
  text('category', 'category_name', 'product_category'),
  text('subcategory'),
  text('brand', 'brand_name'),
  text('supplier_id'),
  text('unit_of_measure'),
  text('pack_size', 'variant_size'),
  money('unit_cost'),
  money('srp', 'suggested_retail_price'),
  flag('is_active'),
  day('launch_date'),
  day('discontinue_date'),
]

const customerColumns: readonly Column[] = [
  personal(id('customer_id')),
  personal(text('customer_code')),
  personal(text('name', 'customer_name', 'full_name')),
  personal(text('first_name')),
  personal(text('last_name')),
  personal(text('mobile_number', 'phone', 'mobile', 'customer_phone')),
  personal(text('email', 'customer_email')),
  personal(day('birthdate')),
  text('gender'),
  text('customer_type'),
  text('loyalty_tier'),
  count('loyalty_points'),
  day('first_purchase_date'),
  day('last_purchase_date'),
  money('total_lifetime_value'),
  text('preferred_store_id'),
  text('preferred_payment'),
]

const campaignColumns: readonly Column[] = [
  id('campaign_id'),
  needed(text('campaign_name')),
  text('campaign_type'),
  needed(day('start_date')),
  needed(day('end_date')),
  money('budget'),
  money('target_sales'),
  { name: 'discount_percentage', type: 'decimal', min: 0, max: 100 },
  money('discount_amount'),
  money('min_purchase_amount'),
  { name: 'applicable_products', type: 'list' },
  { name: 'applicable_stores', type: 'list' },
  flag('is_active'),
]

const brandColumns: readonly Column[] = [
  needed(text('brand', 'brand_name')),
  needed(text('variant')),
  text('category', 'category_name'),
]

const transactionColumns: readonly Column[] = [
  id('transaction_id', 'id'),
  id('store_id'),
  { name: 'sold_at', type: 'moment', required: true, synonyms: ['transaction_ts', 'ts', 'timestamp'] },
  { name: 'revised_at', type: 'moment' },
  flag('voided'),
  money('total', 'basket_total', 'total_amount'),
  money('discount', 'discount_amount'),
  money('tax', 'tax_amount'),
  text('payment_method'),
  personal({ ...id('customer_id'), required: false }),
  personal(text('customer_name')),
  personal(text('customer_phone', 'mobile_number', 'phone')),
  personal(text('customer_email', 'email')),
  text('customer_type'),
  { ...id('campaign_id'), required: false },
  flag('campaign_influenced'),
]

const itemColumns: readonly Column[] = [
  id('transaction_id'),
  { ...id('store_id'), required: false },
  { ...id('product_id', 'sku_id', 'sku'), required: false },
  text('product_name', 'sku_name'),
  text('brand', 'brand_name'),
  text('category', 'category_name', 'product_category'),
  needed(money('quantity', 'qty')),
  money('unit_price', 'price'),
  money('discount', 'discount_amount'),
  money('amount', 'line_total', 'line_amount'),
]

/** The columns of every kind of file. */
export const COLUMNS = {
  stores: storeColumns,
  products: productColumns,
  customers: customerColumns,
  campaigns: campaignColumns,
  brands: brandColumns,
  transactions: transactionColumns,
  items: itemColumns,
} as const satisfies Record<string, readonly Column[]>
export type FileKind = keyof typeof COLUMNS
