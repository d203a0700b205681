import { ScoutError } from '../errors.ts'

/**
 * Canonical JSON: one text for one value, so that hashes and signatures agree between TypeScript and SQL.
 *
 * Keys sorted by code point, arrays in order, no white space. Numbers as plain decimals without exponent, trailing zeros
 * or negative zero (`30` = `30.00`). Strings escape only `"`, `\` and control characters. Instants named in `instants`
 * are written in UTC (`Z` = `+00:00`, no trailing zero fraction). `scout.fn_event_hash` in SQL is its twin; shared
 * vectors hold the two together.
 *
 * @throws ScoutError `number_imprecise` on a number that is not finite, `sale_invalid` on U+0000 or a lone surrogate.
 */
export function canonicalJson(value: unknown, instants: ReadonlySet<string> = NO_INSTANTS): string {
  return write(value, instants, undefined)
}

const NO_INSTANTS: ReadonlySet<string> = new Set()

/** Fields of the sale contracts that hold an instant. */
export const SALE_INSTANTS: ReadonlySet<string> = new Set([
  'sold_at',
  'revised_at',
  'timestamp',
  'ts_utc',
  'tx_start_ts',
  'tx_end_ts',
])

function write(value: unknown, instants: ReadonlySet<string>, key: string | undefined): string {
  switch (typeof value) {
    case 'string':
      return canonicalString(key !== undefined && instants.has(key) ? canonicalInstant(value) : value)
    case 'number':
      return canonicalNumber(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'undefined':
      return 'null'
    case 'object':
      if (value === null) return 'null'
      if (Array.isArray(value)) return writeArray(value, instants)
      return writeObject(value as Readonly<Record<string, unknown>>, instants)
    default:
      throw new TypeError(`no JSON for ${typeof value}`)
  }
}

function writeArray(items: readonly unknown[], instants: ReadonlySet<string>): string {
  let text = ''
  for (const item of items) text += `${text === '' ? '' : ','}${write(item, instants, undefined)}`
  return `[${text}]`
}
function writeObject(members: Readonly<Record<string, unknown>>, instants: ReadonlySet<string>): string {
  let text = ''
  for (const { name, quoted } of orderOf(Object.keys(members))) {
    const member = members[name]
    if (member !== undefined) text += `${text === '' ? '' : ','}${quoted}:${write(member, instants, name)}`
  }
  return `{${text}}`
}

interface Key {
  readonly name: string
  readonly quoted: string
}

/** Sales of one till have the same keys: their order is found once. Bounded, because senders choose the keys. */
const knownOrders = new Map<string, readonly Key[]>()
const MOST_ORDERS = 1_000
const LONGEST_KNOWN = 2_000

function orderOf(names: readonly string[]): readonly Key[] {
  // No key that was quoted holds the separator.
  const shape = names.join('\u0000')
  const known = knownOrders.get(shape)
  if (known !== undefined && known.length === names.length) return known
  const order = names.toSorted(compareCodePoints).map(name => ({ name, quoted: canonicalString(name) }))
  if (knownOrders.size >= MOST_ORDERS) knownOrders.clear()
  if (shape.length <= LONGEST_KNOWN) knownOrders.set(shape, order)
  return order
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) throw new ScoutError('number_imprecise')
  if (value === 0) return '0'
  const text = String(value)
  if (!text.includes('e')) return text
  const match = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (!match) return text
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const digits = whole + fraction
  const point = whole.length + Number(exponent)
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return `${sign}${digits.padEnd(point, '0')}`
}

/** What a JSON text must escape, or may not hold at all. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what it looks for
const NOT_AS_IT_STANDS = /["\\\u0000-\u001f\ud800-\udfff]/

function canonicalString(value: string): string {
  if (!NOT_AS_IT_STANDS.test(value)) return `"${value}"`
  if (value.includes('\u0000'))
    throw new ScoutError('sale_invalid', { message: 'Text must not contain U+0000.' })
  if (!value.isWellFormed()) {
    throw new ScoutError('sale_invalid', {
      message: 'Text must be well-formed Unicode (it has a lone surrogate).',
    })
  }
  return JSON.stringify(value)
}

/** Canonical as it stands. The days after the 28th are left to the long way, which knows the months. */
const CANONICAL_INSTANT =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{0,5}[1-9])?Z$/
const INSTANT = /^(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?(Z|z|[+-]\d{2}:?\d{2})$/

/** An instant with a zone in UTC; any other text unchanged (a time without a zone has no UTC of its own). */
function canonicalInstant(text: string): string {
  if (CANONICAL_INSTANT.test(text)) return text
  const match = INSTANT.exec(text)
  if (!match) return text
  const [, seconds = '', fraction = '', zone = 'Z'] = match
  const offset = /^[zZ]$/.test(zone) ? 'Z' : zone.replace(/^([+-]\d{2}):?(\d{2})$/, '$1:$2')
  const ms = Date.parse(`${seconds.replace(' ', 'T')}${offset}`)
  if (Number.isNaN(ms)) return text
  const digits = fraction.replace(/0+$/, '')
  return `${new Date(ms).toISOString().slice(0, 19)}${digits && `.${digits}`}Z`
}

/** Code points, not UTF-16 units: the order of Postgres' `collate "C"` over UTF-8. */
function compareCodePoints(a: string, b: string): number {
  const left = Array.from(a)
  const right = Array.from(b)
  const length = Math.min(left.length, right.length)
  for (let i = 0; i < length; i++) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

/**
 * `JSON.parse` that refuses a number whose digits a double cannot hold (`0.1` is fine, `9007199254740993` is not).
 *
 * @throws ScoutError `sale_malformed` when the text is not JSON, `number_imprecise` when a number would change.
 */
export function parseExactJson(text: string): unknown {
  try {
    return MAY_BE_IMPRECISE.test(text) ? JSON.parse(text, refuseImprecise) : JSON.parse(text)
  } catch (error) {
    if (error instanceof ScoutError) throw error
    throw new ScoutError('sale_malformed', { cause: error })
  }
}

/** A double keeps every decimal of up to 15 digits, so only longer ones, and those with an exponent, are looked at one by one. */
const MAY_BE_IMPRECISE = /[\d.]{16}|(?:^|[:,[\s])-?[\d.]+[eE]/

function refuseImprecise(this: unknown, key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value === 'number' && context?.source !== undefined && !sameDecimal(context.source, value)) {
    throw new ScoutError('number_imprecise', { details: { field: key, number: context.source.slice(0, 64) } })
  }
  return value
}

function sameDecimal(source: string, value: number): boolean {
  if (!Number.isFinite(value)) return false
  return significand(source) === significand(canonicalNumber(value))
}

/** Digits without leading and trailing zeros, and the power of ten they stand at: equal exactly when the numbers are. */
function significand(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text)
  if (!match) return text
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const digits = (whole + fraction).replace(/^0+/, '')
  const trimmed = digits.replace(/0+$/, '')
  if (trimmed === '') return '0'
  const power = Number(exponent) - fraction.length + (digits.length - trimmed.length)
  return `${sign}${trimmed}e${power}`
}
