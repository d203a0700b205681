import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse/sync'

/**
 * The synthetic sample in `sample/`: 1,299 stores, 77 products and 18,000 sales with 31,446 lines, ₱3,684,441.00 in all
 * (see its PROVENANCE.md).
 */
const FOLDER = fileURLToPath(new URL('../../sample/', import.meta.url))

const rows = (file: string): Record<string, string>[] =>
  parse(readFileSync(`${FOLDER}${file}`), { columns: true, skip_empty_lines: true })

const field = (row: Record<string, string>, name: string): string => {
  const value = row[name]
  if (value === undefined) throw new Error(`the sample has a row without ${name}`)
  return value
}

export interface SampleStore {
  readonly storeId: string
  readonly name: string
  /** As the sample spells them, to be normalised on the way in. */
  readonly region: string
  readonly city: string
  readonly barangay: string
}

export function sampleStores(): SampleStore[] {
  return rows('stores.csv').map(row => ({
    storeId: field(row, 'store_id'),
    name: field(row, 'store_name'),
    region: field(row, 'region_name'),
    city: field(row, 'city'),
    barangay: field(row, 'barangay'),
  }))
}

export interface SampleProduct {
  readonly productId: string
  readonly name: string
  readonly brand: string
  /** In the sample's own words: the pack maps them. */
  readonly category: string
}

export function sampleProducts(): SampleProduct[] {
  return rows('master_data_brand_sku.csv').map(row => ({
    productId: field(row, 'sku_id'),
    name: field(row, 'sku_name'),
    brand: field(row, 'brand_name'),
    category: field(row, 'category_name'),
  }))
}

/** A sale as a till would hand it to the agent, contract `pos.v1`. */
export interface SampleSale {
  readonly transaction_id: string
  readonly store_id: string
  readonly sold_at: string
  readonly lines: readonly {
    readonly product_id: string
    readonly product_name: string | null
    readonly brand: string | null
    readonly quantity: number
    readonly unit_price: number
    readonly amount: number
  }[]
  readonly total: number
}

/** Every sale of the sample, oldest first. */
export function sampleSales(): SampleSale[] {
  const products = new Map(sampleProducts().map(product => [product.productId, product]))
  const linesBySale = Map.groupBy(rows('transaction_items.csv'), row => field(row, 'transaction_id'))
  return rows('transactions.csv')
    .map(row => {
      const id = field(row, 'transaction_id')
      return {
        transaction_id: id,
        store_id: field(row, 'store_id'),
        sold_at: field(row, 'transaction_ts'),
        lines: (linesBySale.get(id) ?? []).map(line => {
          const productId = field(line, 'sku_id')
          const product = products.get(productId)
          return {
            product_id: productId,
            product_name: product?.name ?? null,
            brand: product?.brand ?? null,
            quantity: Number(field(line, 'quantity')),
            unit_price: Number(field(line, 'unit_price')),
            amount: Number(field(line, 'line_total')),
          }
        }),
        total: Number(field(row, 'basket_total')),
      }
    })
    .sort((a, b) => a.sold_at.localeCompare(b.sold_at) || a.transaction_id.localeCompare(b.transaction_id))
}
