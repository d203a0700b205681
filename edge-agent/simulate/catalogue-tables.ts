import { type Day, isoFromDay } from '../../app/domain/time.ts'
import type { Campaign } from './campaigns.ts'
import { csvLine } from './csv.ts'
import type { Customer } from './customers.ts'
import { PRODUCTS } from './ph/products.ts'
import { SPOKEN_BRANDS } from './ph/spoken-brands.ts'
import type { Store } from './stores.ts'

/** The catalogue as CSV, its columns named as the tables' that it is imported into. A list in a cell is separated by `;`. */

export const CUSTOMER_HEADER = csvLine([
  'customer_id',
  'first_name',
  'last_name',
  'mobile_number',
  'email',
  'birthdate',
  'gender',
  'loyalty_tier',
  'preferred_store_id',
])

export function customerLine(customer: Customer, store: Store): string {
  return csvLine([
    customer.id,
    customer.firstName,
    customer.lastName,
    customer.phone,
    customer.email,
    isoFromDay(customer.born),
    customer.gender,
    customer.tier,
    store.id,
  ])
}

export function* storeLines(stores: readonly Store[]): Generator<string> {
  yield csvLine([
    'store_id',
    'store_name',
    'channel',
    'region',
    'province',
    'city',
    'barangay',
    'latitude',
    'longitude',
    'is_active',
    'opened_date',
    'closed_date',
    'store_size_sqm',
    'staff_count',
  ])
  for (const store of stores) {
    yield csvLine([
      store.id,
      store.name,
      store.channel,
      store.city.region,
      store.city.province,
      store.city.name,
      store.barangay,
      store.latitude.toFixed(5),
      store.longitude.toFixed(5),
      store.closed === null,
      isoFromDay(store.opened),
      isoOrNull(store.closed),
      store.squareMetres,
      store.staff,
    ])
  }
}

export function* productLines(): Generator<string> {
  yield csvLine([
    'product_id',
    'product_name',
    'category',
    'subcategory',
    'brand',
    'unit_of_measure',
    'unit_cost',
    'srp',
    'is_active',
  ])
  for (const product of PRODUCTS) {
    yield csvLine([
      product.id,
      product.name,
      product.category,
      product.need,
      product.brand,
      'pc',
      pesos(product.costCentavos),
      pesos(product.srpCentavos),
      true,
    ])
  }
}

export function* campaignLines(campaigns: readonly Campaign[], stores: readonly Store[]): Generator<string> {
  yield csvLine([
    'campaign_id',
    'campaign_name',
    'campaign_type',
    'start_date',
    'end_date',
    'budget',
    'target_sales',
    'discount_percentage',
    'applicable_products',
    'applicable_stores',
    'is_active',
  ])
  for (const { id, plan, from, to, products, stores: taking } of campaigns) {
    yield csvLine([
      id,
      plan.name,
      plan.type,
      isoFromDay(from),
      isoFromDay(to),
      plan.budgetPesos,
      plan.budgetPesos * 4,
      plan.discountPercent,
      [...products].map(product => product.id).join(';'),
      taking === null
        ? null
        : stores
            .filter(store => taking.has(store.id))
            .map(store => store.id)
            .join(';'),
      true,
    ])
  }
}

/** The dictionary by which brands are matched: a line for each way of saying one. */
export function* brandLines(): Generator<string> {
  yield csvLine(['brand', 'variant', 'category'])
  const categories = new Map(PRODUCTS.map(product => [product.brand, product.category]))
  for (const [brand, category] of categories) {
    for (const variant of SPOKEN_BRANDS[brand] ?? [brand.toLowerCase()]) {
      yield csvLine([brand, variant, category])
    }
  }
}

function isoOrNull(day: Day | null): string | null {
  return day === null ? null : isoFromDay(day)
}

function pesos(centavos: number): string {
  return (centavos / 100).toFixed(2)
}
