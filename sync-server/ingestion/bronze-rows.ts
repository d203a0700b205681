import { createHash, randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { BatchHeader } from '../../app/contracts/device.ts'
import { ScoutError } from '../../app/errors.ts'
import {
  bigintArray,
  booleanArray,
  byteaArray,
  dateArray,
  instantArray,
  jsonbArray,
  textArray,
} from '../database/binary-arrays.ts'
import type { Transaction } from '../database/pool.ts'
import type { DevicePrincipal } from '../identity/access-tokens.ts'
import type { PersonalKeys } from '../personal/personal-keys.ts'
import { sealBytes } from '../personal/seal.ts'
import { type JudgedSale, type RefusedSale, refuse } from './judge-sale.ts'
import { storableJson } from './storable-text.ts'

/** Where the rows of a batch come from. */
export interface BatchOrigin {
  readonly device: DevicePrincipal
  readonly header: BatchHeader
  readonly receivedAt: Date
  /** Seal what may be personal. */
  readonly keys: PersonalKeys
}

/**
 * Writes events, and notes the business days of those that nothing holds back. A run of the transforms itself brings along the days on which
 * other versions of their transactions lie (`medallion/touched-days.ts`), so they need not be looked for here.
 *
 * Most sales are new, and finding that out beforehand costs Postgres a fifth more: `allNew` does without, and fails as a whole with
 * `conflict` when one was there.
 *
 * @returns the seqs of those sales that were new
 */
export async function insertEvents(
  tx: Transaction,
  batch: BatchOrigin,
  sales: readonly JudgedSale[],
  { allNew }: { readonly allNew: boolean },
): Promise<Set<number>> {
  if (sales.length === 0) return new Set()
  const { device, header, receivedAt } = batch
  const clean = sales.filter(sale => sale.reasons.length === 0)
  const { rows } = await tx.query<{ seq: number }>(
    `with fresh as (
       insert into scout.bronze_events (
         tenant_id, device_id, boot_epoch, seq, contract, event_data, event_hash, store_id, transaction_id, occurred_at,
         business_day, recorded_at, sent_at, received_at, clock_offset_ms, revised_at, voided, quarantine_reasons,
         quality_issues, recorded_offset_ms
       )
       select
         $1, $2, $3, e.seq, e.contract, e.event_data, e.event_hash, e.store_id, e.transaction_id, e.occurred_at,
         e.business_day, e.recorded_at, $4, $5, $6, e.revised_at, e.voided,
         string_to_array(e.quarantine_reasons, ','), string_to_array(e.quality_issues, ','),
         e.recorded_offset_ms
       from unnest(
         $7::bigint[], $8::text[], $9::jsonb[], $10::bytea[], $11::text[], $12::text[], $13::timestamptz[], $14::date[],
         $15::timestamptz[], $16::timestamptz[], $17::boolean[], $18::text[], $19::text[], $20::bigint[]
       ) as e (
         seq, contract, event_data, event_hash, store_id, transaction_id, occurred_at, business_day, recorded_at,
         revised_at, voided, quarantine_reasons, quality_issues, recorded_offset_ms
       )
       ${allNew ? '' : 'on conflict do nothing'}
       returning seq, business_day, quarantine_reasons
     ),
     touched as (
       insert into scout.medallion_touched_day (tenant_id, day, touch_id)
       ${
         allNew
           ? 'select $1, d.day, $21 from unnest($22::date[]) as d (day)'
           : `select distinct $1, business_day, $21 from fresh where quarantine_reasons = '{}' and $22::date[] is not null`
       }
       on conflict do nothing
       returning 1
     )
     ${allNew ? 'select count(*) as events from fresh' : 'select seq from fresh'}`,
    [
      device.tenantId,
      device.deviceId,
      header.boot_epoch,
      header.sent_at,
      receivedAt,
      header.clock_offset_ms,
      ...columnsOf(sales.toSorted(inOneOrder)),
      randomUUID(),
      dateArray([...new Set(clean.map(sale => sale.businessDay))]),
    ],
  )
  return new Set(allNew ? sales.map(sale => sale.seq) : rows.map(row => row.seq))
}

function columnsOf(sales: readonly JudgedSale[]): Buffer[] {
  return [
    bigintArray(sales.map(sale => sale.seq)),
    textArray(sales.map(sale => sale.contract)),
    jsonbArray(sales.map(sale => sale.json)),
    byteaArray(sales.map(sale => sale.hash)),
    textArray(sales.map(sale => sale.facts.storeId)),
    textArray(sales.map(sale => sale.facts.transactionId)),
    instantArray(sales.map(sale => sale.facts.occurredAt)),
    dateArray(sales.map(sale => sale.businessDay)),
    instantArray(sales.map(sale => sale.recordedAt)),
    instantArray(sales.map(sale => sale.facts.revisedAt)),
    booleanArray(sales.map(sale => sale.facts.voided)),
    textArray(sales.map(sale => sale.reasons.join(','))),
    textArray(sales.map(sale => sale.facts.qualityIssues.join(','))),
    bigintArray(sales.map(sale => sale.recordedOffsetMs)),
  ]
}

/** So that two devices with the same sales wait for each other instead of blocking each other. */
function inOneOrder(a: JudgedSale, b: JudgedSale): number {
  if (a.facts.storeId !== b.facts.storeId) return a.facts.storeId < b.facts.storeId ? -1 : 1
  if (a.facts.transactionId !== b.facts.transactionId)
    return a.facts.transactionId < b.facts.transactionId ? -1 : 1
  return a.hash.compare(b.hash)
}

const eventRow = z.object({ seq: z.number(), event_hash: z.instanceof(Buffer) })

/** Of the sales that were not inserted, those whose event key another body has taken: two outboxes count with one identity. */
export async function findConflicts(
  tx: Transaction,
  { device, header }: BatchOrigin,
  sales: readonly JudgedSale[],
): Promise<Map<number, RefusedSale>> {
  if (sales.length === 0) return new Map()
  const { rows } = await tx.query(
    `select seq, event_hash from scout.bronze_events
     where tenant_id = $1 and device_id = $2 and boot_epoch = $3 and seq = any($4::bigint[])`,
    [device.tenantId, device.deviceId, header.boot_epoch, sales.map(sale => sale.seq)],
  )
  const taken = new Map(rows.map(row => eventRow.parse(row)).map(({ seq, event_hash }) => [seq, event_hash]))
  return new Map(
    sales
      .filter(sale => taken.get(sale.seq)?.equals(sale.hash) === false)
      .map(sale => [sale.seq, refuse(sale.seq, sale.raw, new ScoutError('event_key_conflict'))]),
  )
}

/** What the sealed bytes of a refusal belong to. */
export function refusedContext(tenant: string, refusedId: string): string {
  return `bronze_refused\0${tenant}\0${refusedId}`
}

/** Refused again is the same refusal: it is kept once, and its bytes sealed, for nobody knows what is in them. */
export async function insertRefused(
  tx: Transaction,
  batch: BatchOrigin,
  refused: readonly RefusedSale[],
): Promise<void> {
  if (refused.length === 0) return
  const { device, header, receivedAt } = batch
  const id = ({ seq, raw }: RefusedSale) =>
    `${device.deviceId}/${header.boot_epoch}/${seq}/${createHash('sha256').update(raw).digest('hex')}`
  await tx.query(
    `insert into scout.bronze_refused
       (tenant_id, refused_id, device_id, boot_epoch, seq, received_at, code, message, details, raw, key_version, sent_at,
        clock_offset_ms)
     select $1, r.refused_id, $2, $3, r.seq, $4, r.code, r.message, r.details::jsonb, r.raw, $11, $12, $13
     from unnest($5::text[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::bytea[])
       as r (refused_id, seq, code, message, details, raw)
     on conflict do nothing`,
    [
      device.tenantId,
      device.deviceId,
      header.boot_epoch,
      receivedAt,
      refused.map(id),
      refused.map(sale => sale.seq),
      refused.map(sale => sale.code),
      refused.map(sale => sale.message),
      refused.map(sale => (sale.details === null ? null : storableJson(sale.details))),
      refused.map(sale => sealBytes(batch.keys, sale.raw, refusedContext(device.tenantId, id(sale)))),
      batch.keys.current,
      header.sent_at,
      header.clock_offset_ms,
    ],
  )
}
