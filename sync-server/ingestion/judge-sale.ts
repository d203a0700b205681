import { isUtf8 } from 'node:buffer'
import { hash } from 'node:crypto'
import { batchLine, MAX_SALE_BYTES, type QuarantineReason } from '../../app/contracts/device.ts'
import { canonicalJson, parseExactJson, SALE_INSTANTS } from '../../app/domain/canonical-json.ts'
import type { TenantId } from '../../app/domain/ids.ts'
import { asScoutError, type ErrorCode, type ErrorDetails, ScoutError } from '../../app/errors.ts'
import type { PersonalKeys } from '../personal/personal-keys.ts'
import { type Person, withholdPersonal } from '../personal/withhold.ts'
import type { BusinessTime } from './business-time.ts'
import { type Arrival, quarantineReasons } from './quarantine.ts'
import { readSale, type SaleFacts } from './sale-facts.ts'
import { storableText } from './storable-text.ts'

/** A line that is a sale, ready for bronze. */
export interface JudgedSale {
  readonly seq: number
  readonly contract: string
  /** The sale as JSON, unknown fields included; the customer under his pseudonym. */
  readonly json: string
  readonly hash: Buffer
  readonly facts: SaleFacts
  readonly businessDay: string
  readonly recordedAt: Date
  /** How far the clock of `recordedAt` was ahead of the server's, ms. */
  readonly recordedOffsetMs: number | null
  readonly reasons: readonly QuarantineReason[]
  /** Who bought, as the source knows him. */
  readonly person: Person | null
  readonly raw: Buffer
}

/** A line that cannot be kept as a sale; its bytes are kept instead. */
export interface RefusedSale {
  readonly seq: number
  readonly code: ErrorCode
  readonly message: string
  readonly details: ErrorDetails | null
  readonly raw: Buffer
}

/** Whose customers the sales name, and what makes their pseudonyms. */
export interface Customers {
  readonly tenantId: TenantId
  readonly keys: PersonalKeys
}

/** Reads one line of a batch. Whatever is wrong with it is its own refusal and nobody else's. */
export function judgeSale(
  seq: number,
  raw: Buffer,
  time: BusinessTime,
  arrival: Arrival,
  customers: Customers,
): JudgedSale | RefusedSale {
  try {
    return judge(seq, raw, time, arrival, customers)
  } catch (thrown) {
    const error = asScoutError(thrown)
    // Not the sale's fault: the batch fails as a whole and is sent again.
    if (error.code === 'internal') throw thrown
    return refuse(seq, raw, error)
  }
}

export function refuse(seq: number, raw: Buffer, error: ScoutError): RefusedSale {
  return { seq, code: error.code, message: storableText(error.message), details: storableDetails(error), raw }
}

/** Fields by name, never what stood in them: that may be a person's, and stays in the sealed bytes. */
function storableDetails({ details }: ScoutError): ErrorDetails | null {
  if (details === undefined) return null
  return Object.fromEntries(Object.entries(details).filter(([name]) => name !== 'number'))
}

export function isRefused(verdict: JudgedSale | RefusedSale): verdict is RefusedSale {
  return 'code' in verdict
}

export function isJudged(verdict: JudgedSale | RefusedSale): verdict is JudgedSale {
  return !isRefused(verdict)
}

function judge(
  seq: number,
  raw: Buffer,
  time: BusinessTime,
  arrival: Arrival,
  customers: Customers,
): JudgedSale {
  if (raw.length > MAX_SALE_BYTES) throw new ScoutError('sale_too_large')
  const value = parseExactJson(decode(raw))
  if (isDeeper(value, MAX_DEPTH)) {
    throw new ScoutError('sale_invalid', { message: `The sale is nested deeper than ${MAX_DEPTH} levels.` })
  }
  const line = batchLine.safeParse(value)
  if (!line.success) {
    const [issue] = line.error.issues
    throw new ScoutError('sale_invalid', {
      message: `The line around the sale is not valid (${issue?.path.join('.')}: ${issue?.message}).`,
      cause: line.error,
    })
  }
  const { contract, recorded_at, clock_offset_ms, sale } = line.data
  const facts = readSale(contract, sale, time)
  const businessDay = time.day(facts.occurredAt)
  const person = withholdPersonal(sale, customers.keys, customers.tenantId)
  return {
    seq,
    contract,
    json: JSON.stringify(sale),
    hash: hash('sha256', canonicalJson(sale, SALE_INSTANTS), 'buffer'),
    facts,
    businessDay,
    recordedAt: time.instant(recorded_at),
    recordedOffsetMs: clock_offset_ms ?? null,
    reasons: quarantineReasons(facts, businessDay, arrival),
    person,
    raw,
  }
}

const BYTE_ORDER_MARK = '\ufeff'

function decode(raw: Buffer): string {
  if (!isUtf8(raw)) throw new ScoutError('sale_malformed', { message: 'The sale is not valid UTF-8.' })
  const text = raw.toString('utf8')
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text
}

/** Deeper than any sale, far below where a recursive reader (Postgres' jsonb among them) runs out of stack. */
const MAX_DEPTH = 64

function isDeeper(value: unknown, levels: number): boolean {
  if (levels < 0) return true
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some(member => isDeeper(member, levels - 1))
}
