/** A valid `pos.v1` sale with `id`. */
export function posSale(id: string | number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    transaction_id: `T-${id}`,
    store_id: 'S-1',
    sold_at: '2026-11-01T09:30:00+08:00',
    lines: [{ product_name: 'Kape', quantity: 2, unit_price: 12.5, amount: 25 }],
    total: 25,
    ...more,
  }
}

export function posText(id: string | number, more: Record<string, unknown> = {}): string {
  return JSON.stringify(posSale(id, more))
}

export function newSale(id: string | number): { contract: string; sale: string } {
  return { contract: 'pos.v1', sale: posText(id) }
}

/** The `transaction_id` in a sale's text. */
export function idOf(sale: string): string {
  return JSON.parse(sale).transaction_id
}
