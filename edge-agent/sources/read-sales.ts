import {
  type ContractName,
  contractName,
  MAX_SALE_BYTES,
  SALE_CONTRACTS,
} from '../../app/contracts/device.ts'
import { canonicalJson, parseExactJson } from '../../app/domain/canonical-json.ts'
import { asScoutError, ScoutError } from '../../app/errors.ts'
import type { NewSale } from '../outbox/records.ts'
import { detectContract } from './contract.ts'
import { elementSpans, memberSpan } from './json-spans.ts'
import { lines } from './lines.ts'

/** Bytes that a batch's line adds around a sale: the server's limit is on the whole line, and what we accept it must accept. */
const AROUND_A_SALE = 128

/** More than any till hands over at once; 16 MiB of `[1,1,…]` must not become millions of refusals on a small machine. */
const MAX_SALES_AT_ONCE = 100_000

/** One sale of a text, or why it is none. */
export type ReadSale =
  | { readonly ok: true; readonly sale: NewSale }
  | {
      readonly ok: false
      readonly error: ScoutError
      readonly raw: string | Uint8Array
      readonly contract: string | null
    }

/** As `readSales`, of bytes that should be UTF-8. */
export function readSaleBytes(bytes: Uint8Array): ReadSale[] {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    const error = new ScoutError('sale_malformed', { message: 'The text is not UTF-8.', cause })
    return [{ ok: false, error, raw: bytes, contract: null }]
  }
  return readSales(text)
}

/**
 * The sales of a JSON text: one sale, an array of sales, a flat document `{"transactions": …}`, or a sale in an envelope that
 * names its contract. Each is checked by its contract and keeps its text; a bad one spoils no other.
 */
export function readSales(text: string): ReadSale[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    return [refusal(new ScoutError('sale_malformed', { cause }), text)]
  }
  if (Array.isArray(value)) return readElements(text)
  const document = isObject(value) && !detectContract(value) ? memberSpan(text, 'transactions') : undefined
  if (!document) return [readSale(text)]
  const transactions = text.slice(document.start, document.end)
  if (!transactions.startsWith('[')) return [readSale(transactions, 'flat.v1')]
  return readElements(transactions, 'flat.v1')
}

function readElements(array: string, named?: ContractName): ReadSale[] {
  const spans = elementSpans(array, MAX_SALES_AT_ONCE + 1)
  if (spans.length > MAX_SALES_AT_ONCE) return [refusal(tooMany(), array, named)]
  return spans.map(({ start, end }) => readSale(array.slice(start, end), named))
}

/** As `readSaleBytes`, of each line. */
export function readSaleLines(bytes: Buffer): ReadSale[] {
  const found = lines(bytes, 0, MAX_SALES_AT_ONCE + 1)
  if (found.length > MAX_SALES_AT_ONCE) return [{ ok: false, error: tooMany(), raw: bytes, contract: null }]
  return found.flatMap(line => readSaleBytes(line.bytes))
}

function tooMany(): ScoutError {
  return new ScoutError('body_too_large', {
    message: `These are more than ${MAX_SALES_AT_ONCE} sales at once. Hand them over in several parts.`,
  })
}

function readSale(text: string, named?: ContractName): ReadSale {
  const raw = text.trim()
  let contract: string | undefined = named
  try {
    if (Buffer.byteLength(raw) + AROUND_A_SALE > MAX_SALE_BYTES) throw new ScoutError('sale_too_large')
    const value = parseExactJson(raw)
    if (!isObject(value)) throw new ScoutError('sale_invalid', { message: 'A sale is a JSON object.' })
    const envelope = isEnvelope(value) ? memberSpan(raw, 'sale') : undefined
    contract ??= envelope ? String(value.contract) : detectContract(value)
    const known = contractName.safeParse(contract)
    if (!known.success) throw contractUnknown(contract)
    check(known.data, envelope ? value.sale : value)
    const sale = envelope ? raw.slice(envelope.start, envelope.end) : raw
    // An escape can smuggle in what no database keeps as text: U+0000, half a surrogate pair.
    if (sale.includes('\\u')) canonicalJson(value)
    return { ok: true, sale: { contract: known.data, sale: onOneLine(sale) } }
  } catch (error) {
    return refusal(asScoutError(error), text, contract ?? null)
  }
}

function check(contract: ContractName, sale: unknown): void {
  const result = SALE_CONTRACTS[contract].safeParse(sale)
  if (result.success) return
  const fields = result.error.issues
    .slice(0, 10)
    .map(issue => ({ field: issue.path.join('.'), problem: issue.message }))
  const first = fields[0]
  throw new ScoutError('sale_invalid', {
    message: `The sale does not follow ${contract}: ${first?.field || 'the sale'}: ${first?.problem ?? 'invalid'}.`,
    details: { contract, fields },
  })
}

function contractUnknown(contract: string | undefined): ScoutError {
  if (contract !== undefined)
    return new ScoutError('contract_unknown', { details: { contract: contract.slice(0, 32) } })
  return new ScoutError('contract_unknown', {
    message:
      'The sale follows no contract that this agent knows: it has neither sold_at (pos.v1), ts_utc (edge.v1) nor timestamp (flat.v1).',
  })
}

function refusal(error: ScoutError, raw: string, contract: string | null = null): ReadSale {
  return { ok: false, error, raw, contract }
}

/** A line break in valid JSON is white space between tokens, so a blank in its place changes nothing. */
function onOneLine(json: string): string {
  return json.replaceAll(/[\r\n]/g, ' ')
}

function isEnvelope(value: Record<string, unknown>): boolean {
  return typeof value.contract === 'string' && Object.hasOwn(value, 'sale')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
