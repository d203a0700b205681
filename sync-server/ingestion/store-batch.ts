import { createHash, randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { BatchHeader, SaleOutcome } from '../../app/contracts/device.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Transaction } from '../database/pool.ts'
import type { DevicePrincipal } from '../identity/access-tokens.ts'
import { type JudgedSale, type RefusedSale, refuse } from './judge-sale.ts'
import { storableJson } from './storable-text.ts'

/*
 * INVARIANTS (all in the one transaction given)
 *  1. Every seq of the header gets exactly one outcome, and what the outcome says is committed with it.
 *  2. An event is stored once by (device, boot epoch, seq), a version of a transaction once by its hash.
 *  3. A day whose standing sales may have changed has a note in medallion_touched_day.
 */

export interface BatchToStore {
  readonly device: DevicePrincipal
  /** Stores the device may report; null is every store. */
  readonly storeIds: readonly string[] | null
  readonly header: BatchHeader
  readonly receivedAt: Date
  readonly sales: readonly JudgedSale[]
  readonly refused: readonly RefusedSale[]
}

export async function storeBatch(tx: Transaction, batch: BatchToStore): Promise<SaleOutcome[]> {
  await noteContact(tx, batch)
  const placed = await markUnknownStores(tx, batch)
  const { first, repeated } = firstOfEachVersion(placed)
  const inserted = await insertEvents(tx, batch, first)
  const rest = first.filter(sale => !inserted.has(sale.seq))
  const conflicts = await findConflicts(tx, batch, [...rest, ...repeated])
  const refused = [...batch.refused, ...conflicts.values()]
  await insertRefused(tx, batch, refused)
  await touchDays(
    tx,
    batch,
    first.filter(sale => inserted.has(sale.seq) && sale.reasons.length === 0),
  )
  return outcomesInOrder(batch.header, placed, inserted, refused)
}

/** Also takes the device's row lock, so that batches of one device (or of its clone) are stored one after the other. */
async function noteContact(tx: Transaction, { device, header, receivedAt }: BatchToStore): Promise<void> {
  const { rows } = await tx.query(
    `update scout.device set
       last_contact_at = $3, agent_version = $4, backlog = $5, clock_offset_ms = $6,
       boot_epoch_floor = greatest(boot_epoch_floor, $7::integer)
     where tenant_id = $1 and device_id = $2 and status = 'active' and boot_epoch_floor <= $7::integer
     returning device_id`,
    [
      device.tenantId,
      device.deviceId,
      receivedAt,
      header.agent_version,
      Math.min(header.backlog, 2 ** 31 - 1),
      header.clock_offset_ms,
      header.boot_epoch,
    ],
  )
  if (rows.length === 1) return
  const { rows: devices } = await tx.query(
    'select status from scout.device where tenant_id = $1 and device_id = $2',
    [device.tenantId, device.deviceId],
  )
  if (devices[0]?.status === 'suspended') throw new ScoutError('device_suspended')
  if (devices[0]?.status !== 'active') throw new ScoutError('device_unknown')
  throw new ScoutError('boot_epoch_stale')
}

/** A store is known when the tenant has it and the device was enrolled for it. */
async function markUnknownStores(tx: Transaction, batch: BatchToStore): Promise<JudgedSale[]> {
  const { rows } = await tx.query(
    'select store_id from scout.dim_store where tenant_id = $1 and store_id = any($2::text[])',
    [batch.device.tenantId, [...new Set(batch.sales.map(sale => sale.facts.storeId))]],
  )
  const known = new Set(rows.map(row => String(row.store_id)))
  const permitted = batch.storeIds === null ? known : known.intersection(new Set(batch.storeIds))
  return batch.sales.map(sale =>
    permitted.has(sale.facts.storeId) ? sale : { ...sale, reasons: ['unknown_store', ...sale.reasons] },
  )
}

/** The same version of a transaction twice in one batch is one event and a duplicate of it. */
function firstOfEachVersion(sales: readonly JudgedSale[]): { first: JudgedSale[]; repeated: JudgedSale[] } {
  const seen = new Set<string>()
  const first: JudgedSale[] = []
  const repeated: JudgedSale[] = []
  for (const sale of sales) {
    const version = JSON.stringify([sale.facts.storeId, sale.facts.transactionId, sale.hash.toString('hex')])
    if (seen.has(version)) repeated.push(sale)
    else first.push(sale)
    seen.add(version)
  }
  return { first, repeated }
}

const seqRow = z.object({ seq: z.number() })

async function insertEvents(
  tx: Transaction,
  batch: BatchToStore,
  sales: readonly JudgedSale[],
): Promise<Set<number>> {
  const { device, header, receivedAt } = batch
  const { rows } = await tx.query(
    `insert into scout.bronze_events (
       tenant_id, device_id, boot_epoch, seq, contract, event_data, event_hash, store_id, transaction_id, occurred_at,
       business_day, recorded_at, sent_at, received_at, clock_offset_ms, revised_at, voided, quarantine_reasons,
       quality_issues
     )
     select
       $1, $2, $3, e.seq, e.contract, e.event_data::jsonb, e.event_hash, e.store_id, e.transaction_id, e.occurred_at,
       e.business_day, e.recorded_at, $4, $5, $6, e.revised_at, e.voided,
       string_to_array(e.quarantine_reasons, ','), string_to_array(e.quality_issues, ',')
     from unnest(
       $7::bigint[], $8::text[], $9::text[], $10::bytea[], $11::text[], $12::text[], $13::timestamptz[], $14::date[],
       $15::timestamptz[], $16::timestamptz[], $17::boolean[], $18::text[], $19::text[]
     ) as e (
       seq, contract, event_data, event_hash, store_id, transaction_id, occurred_at, business_day, recorded_at,
       revised_at, voided, quarantine_reasons, quality_issues
     )
     on conflict do nothing
     returning seq`,
    [
      device.tenantId,
      device.deviceId,
      header.boot_epoch,
      header.sent_at,
      receivedAt,
      header.clock_offset_ms,
      sales.map(sale => sale.seq),
      sales.map(sale => sale.contract),
      sales.map(sale => sale.json),
      sales.map(sale => sale.hash),
      sales.map(sale => sale.facts.storeId),
      sales.map(sale => sale.facts.transactionId),
      sales.map(sale => sale.facts.occurredAt.toISOString()),
      sales.map(sale => sale.businessDay),
      sales.map(sale => sale.recordedAt.toISOString()),
      sales.map(sale => sale.facts.revisedAt?.toISOString() ?? null),
      sales.map(sale => sale.facts.voided),
      sales.map(sale => sale.reasons.join(',')),
      sales.map(sale => sale.facts.qualityIssues.join(',')),
    ],
  )
  return new Set(rows.map(row => seqRow.parse(row).seq))
}

const eventRow = z.object({ seq: z.number(), event_hash: z.instanceof(Buffer) })

/** Of the sales that were not inserted, those whose event key another body has taken: two outboxes count with one identity. */
async function findConflicts(
  tx: Transaction,
  { device, header }: BatchToStore,
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

/** Refused again is the same refusal: it is kept once. */
async function insertRefused(
  tx: Transaction,
  batch: BatchToStore,
  refused: readonly RefusedSale[],
): Promise<void> {
  if (refused.length === 0) return
  const { device, header, receivedAt } = batch
  const id = ({ seq, raw }: RefusedSale) =>
    `${device.deviceId}/${header.boot_epoch}/${seq}/${createHash('sha256').update(raw).digest('hex')}`
  await tx.query(
    `insert into scout.bronze_refused
       (tenant_id, refused_id, device_id, boot_epoch, seq, received_at, code, message, details, raw)
     select $1, r.refused_id, $2, $3, r.seq, $4, r.code, r.message, r.details::jsonb, r.raw
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
      refused.map(sale => sale.raw),
    ],
  )
}

/** The days of the new versions, and those on which an older version of the same transaction stood. */
async function touchDays(
  tx: Transaction,
  { device }: BatchToStore,
  sales: readonly JudgedSale[],
): Promise<void> {
  if (sales.length === 0) return
  await tx.query(
    `insert into scout.medallion_touched_day (tenant_id, day, touch_id)
     select distinct b.tenant_id, b.business_day, $2
     from unnest($3::text[], $4::text[]) as s (store_id, transaction_id)
     join scout.bronze_events b
       on b.tenant_id = $1 and b.store_id = s.store_id and b.transaction_id = s.transaction_id
     on conflict do nothing`,
    [
      device.tenantId,
      randomUUID(),
      sales.map(sale => sale.facts.storeId),
      sales.map(sale => sale.facts.transactionId),
    ],
  )
}

function outcomesInOrder(
  header: BatchHeader,
  sales: readonly JudgedSale[],
  inserted: ReadonlySet<number>,
  refused: readonly RefusedSale[],
): SaleOutcome[] {
  const outcomes = new Map<number, SaleOutcome>()
  for (const { seq, reasons } of sales) {
    if (!inserted.has(seq)) outcomes.set(seq, { seq, outcome: 'duplicate' })
    else if (reasons.length > 0) outcomes.set(seq, { seq, outcome: 'quarantined', reasons: [...reasons] })
    else outcomes.set(seq, { seq, outcome: 'accepted' })
  }
  for (const { seq, code, message } of refused) outcomes.set(seq, { seq, outcome: 'refused', code, message })
  return header.seqs.map(seq => {
    const outcome = outcomes.get(seq)
    if (outcome === undefined) throw new ScoutError('internal', { message: `No outcome for seq ${seq}.` })
    return outcome
  })
}
