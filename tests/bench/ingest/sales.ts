import { seeded } from '../support/random.ts'

/** Products as a till writes them down; names and prices of the seed's kind. */
const PRODUCTS = [
  ['10001', 'Alaska Evaporada 370ml', 'Alaska', 'Dairy & Beverages', 42],
  ['10014', 'Oishi Prawn Crackers 60g', 'Oishi', 'Snacks & Beverages', 18],
  ['10035', 'Tide Perfect Clean 66g', 'Tide', 'Home Care', 105],
  ['10042', 'Marlboro Red 20s', 'Marlboro', 'Tobacco', 165],
  ['10065', 'Del Monte Tomato Sauce 250g', 'Del Monte', 'Food & Condiments', 32],
  ['10071', 'Palmolive Naturals 12ml', 'Palmolive', 'Personal Care', 8],
] as const

/** A store's next sale as a `pos.v1` text: one to three lines, a total, how it was paid. The same seed gives the same sales. */
export function saleWriter(store: string, seed: number): (soldAt: string, number: number) => string {
  const random = seeded(seed)
  return (soldAt, number) => {
    const lines = Array.from({ length: 1 + Math.floor(random() * random() * 3) }, () => {
      const [id, name, brand, category, price] =
        PRODUCTS[Math.floor(random() * PRODUCTS.length)] ?? PRODUCTS[0]
      const quantity = 1 + Math.floor(random() * random() * 4)
      return {
        product_id: id,
        product_name: name,
        brand,
        category,
        quantity,
        unit_price: price,
        amount: quantity * price,
      }
    })
    return JSON.stringify({
      transaction_id: `${store}-${number}`,
      store_id: store,
      sold_at: soldAt,
      lines,
      total: lines.reduce((sum, line) => sum + line.amount, 0),
      payment_method: random() < 0.8 ? 'cash' : 'gcash',
      customer_type: random() < 0.5 ? 'regular' : null,
    })
  }
}
