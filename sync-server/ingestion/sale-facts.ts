import {
  CONTRACT_NAMES,
  type ContractName,
  type EdgeSale,
  type FlatSale,
  type PosSale,
  SALE_CONTRACTS,
} from '../../app/contracts/device.ts'
import { ScoutError } from '../../app/errors.ts'
import type { BusinessTime } from './business-time.ts'

/** What bronze needs to know of a sale, whatever contract it came by. */
export interface SaleFacts {
  readonly storeId: string
  readonly transactionId: string
  readonly occurredAt: Date
  readonly revisedAt: Date | null
  readonly voided: boolean
  /** What the device gates look at; null is unknown and passes. */
  readonly gated: {
    readonly transcript: string | null
    readonly durationSeconds: number | null
    readonly confidence: number | null
  }
  readonly qualityIssues: readonly string[]
}

/**
 * Holds a sale to the contract that it names.
 *
 * @throws ScoutError `contract_unknown`, `sale_invalid` with the fields that are wrong
 */
export function readSale(contract: string, sale: unknown, time: BusinessTime): SaleFacts {
  const name = CONTRACT_NAMES.find(known => known === contract)
  if (name === undefined) throw new ScoutError('contract_unknown', { details: { contract } })
  return READERS[name](sale, time)
}

const READERS: Readonly<Record<ContractName, (sale: unknown, time: BusinessTime) => SaleFacts>> = {
  'pos.v1': (sale, time) => posFacts(parse('pos.v1', sale), time),
  'edge.v1': (sale, time) => edgeFacts(parse('edge.v1', sale), time),
  'flat.v1': (sale, time) => flatFacts(parse('flat.v1', sale), time),
}

interface Sales {
  'pos.v1': PosSale
  'edge.v1': EdgeSale
  'flat.v1': FlatSale
}

function parse<Name extends ContractName>(name: Name, sale: unknown): Sales[Name]
function parse(name: ContractName, sale: unknown): Sales[ContractName] {
  const parsed = SALE_CONTRACTS[name].safeParse(sale)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues
    .slice(0, 20)
    .map(issue => ({ field: issue.path.join('.').slice(0, 200), message: issue.message.slice(0, 200) }))
  const named = fields
    .map(({ field, message }) => (field === '' ? message : `${field}: ${message}`))
    .join('; ')
  throw new ScoutError('sale_invalid', {
    message: `The sale does not follow its contract (${named.slice(0, 500)}).`,
    details: { fields },
    cause: parsed.error,
  })
}

const UNGATED = { transcript: null, durationSeconds: null, confidence: null } as const

function posFacts(sale: PosSale, time: BusinessTime): SaleFacts {
  return {
    storeId: sale.store_id,
    transactionId: sale.transaction_id,
    occurredAt: time.instant(sale.sold_at),
    revisedAt: optionalInstant(sale.revised_at, time),
    voided: sale.voided ?? false,
    gated: UNGATED,
    qualityIssues: [],
  }
}

function edgeFacts(sale: EdgeSale, time: BusinessTime): SaleFacts {
  // The field's name says its zone.
  const utc = (iso: string) => time.instant(iso, 0)
  const listened =
    sale.tx_start_ts && sale.tx_end_ts
      ? (utc(sale.tx_end_ts).getTime() - utc(sale.tx_start_ts).getTime()) / 1000
      : null
  return {
    storeId: sale.store.id,
    transactionId: sale.transaction_id,
    occurredAt: utc(sale.ts_utc),
    revisedAt: optionalInstant(sale.revised_at, time),
    voided: sale.voided ?? false,
    gated: {
      transcript: sale.transcript ?? null,
      durationSeconds: sale.duration_seconds ?? listened,
      confidence: sale.confidence ?? null,
    },
    qualityIssues: [],
  }
}

function flatFacts(sale: FlatSale, time: BusinessTime): SaleFacts {
  const counted = sale.combo_basket?.reduce((sum, item) => sum + Number(item.quantity), 0)
  const stated = sale.basket_size ?? null
  return {
    storeId: sale.store_id,
    transactionId: sale.id,
    occurredAt: time.instant(sale.timestamp),
    revisedAt: optionalInstant(sale.revised_at, time),
    voided: sale.voided ?? false,
    gated: {
      transcript: sale.transcript ?? null,
      durationSeconds: sale.duration_seconds ?? null,
      confidence: sale.confidence ?? null,
    },
    qualityIssues:
      counted !== undefined && stated !== null && Number(stated) !== counted ? ['basket_size_mismatch'] : [],
  }
}

function optionalInstant(iso: string | null | undefined, time: BusinessTime): Date | null {
  return iso === null || iso === undefined ? null : time.instant(iso)
}
