import type { GoodRow } from './read-file.ts'

type Values = ReadonlyMap<string, string | null>

const NUMBERS = new Set(['total', 'discount', 'tax', 'quantity', 'unit_price', 'amount'])
const BOOLEANS = new Set(['voided', 'campaign_influenced'])
/** Of a line these say which sale it belongs to. */
const OF_THE_SALE = new Set(['transaction_id', 'store_id'])

/** A sale of contract `pos.v1` as a till would have sent it, from a row and its lines. What a file does not say is not in it. */
export function composeSale({ values }: GoodRow, lines: readonly Values[]): Record<string, unknown> {
  return { ...fieldsOf(values, new Set()), lines: lines.map(line => fieldsOf(line, OF_THE_SALE)) }
}

function fieldsOf(values: Values, without: ReadonlySet<string>): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const [name, value] of values) {
    if (value === null || without.has(name)) continue
    fields[name] = NUMBERS.has(name) ? exactNumber(value) : BOOLEANS.has(name) ? value === 'true' : value
  }
  return fields
}

/** More digits than a double holds exactly travel as text. */
const EXACT_DIGITS = 15

function exactNumber(decimal: string): number | string {
  return decimal.replace(/\D/g, '').length <= EXACT_DIGITS ? Number(decimal) : decimal
}
