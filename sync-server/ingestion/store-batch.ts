import { z } from 'zod'
import { type BatchHeader, deviceStatus, type SaleOutcome } from '../../app/contracts/device.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Transaction } from '../database/pool.ts'
import { refuseUnlessActive } from '../devices/device-status.ts'
import { storePersons } from '../personal/person-rows.ts'
import { holdBackImports } from '../quarantine/release-stores.ts'
import { type BatchOrigin, findConflicts, insertEvents, insertRefused } from './bronze-rows.ts'
import type { JudgedSale, RefusedSale } from './judge-sale.ts'

/*
 * INVARIANTS (all in the one transaction given)
 *  1. Every seq of the header gets exactly one outcome, and what the outcome says is committed with it.
 *  2. An event is stored once by (device, boot epoch, seq), a version of a transaction once by its hash.
 *  3. A day whose standing sales may have changed has a note in medallion_touched_day.
 */

export interface BatchToStore extends BatchOrigin {
  /** Stores the device may report; null is every store. */
  readonly storeIds: readonly string[] | null
  readonly sales: readonly JudgedSale[]
  readonly refused: readonly RefusedSale[]
}

/** The first try takes all sales for new; `conflict` says that one was there, then the second looks at each. */
export type Expectation = 'all-new' | 'anything'

export async function storeBatch(
  tx: Transaction,
  batch: BatchToStore,
  expectation: Expectation,
): Promise<SaleOutcome[]> {
  const { sentBefore } = await noteContact(tx, batch)
  const placed = await markUnknownStores(tx, batch)
  const { first, repeated } = firstOfEachVersion(placed)
  const allNew = expectation === 'all-new' && !sentBefore
  const inserted = await insertEvents(tx, batch, first, { allNew })
  const rest = first.filter(sale => !inserted.has(sale.seq))
  const conflicts = await findConflicts(tx, batch, [...rest, ...repeated])
  const refused = [...batch.refused, ...conflicts.values()]
  await insertRefused(tx, batch, refused)
  await storePersons(
    tx,
    batch.device.tenantId,
    batch.keys,
    batch.sales.flatMap(({ person }) => person ?? []),
    batch.receivedAt,
  )
  return outcomesInOrder(batch.header, placed, inserted, refused)
}

const BACKLOG_MAX = 2 ** 31 - 1
const contactRow = z.object({ taken: z.boolean(), status: deviceStatus.nullable(), sent_before: z.boolean() })

/**
 * Also takes the device's row lock, so that batches of one device (or of its clone) are stored one after the other. Whether its first or
 * last sale is there already tells a batch that is sent again.
 */
async function noteContact(
  tx: Transaction,
  { device, header, receivedAt }: BatchToStore,
): Promise<{ sentBefore: boolean }> {
  const { rows } = await tx.query(
    `with contact as (
       update scout.device set
         last_contact_at = $3, agent_version = $4, backlog = $5, clock_offset_ms = $6,
         boot_epoch_floor = greatest(boot_epoch_floor, $7::integer), outbox_bytes = $8, outbox_max_bytes = $9,
         dropped_sales = $10, dropped_since = $11
       where tenant_id = $1 and device_id = $2 and status = 'active' and boot_epoch_floor <= $7::integer
       returning device_id
     )
     select
       exists (select from contact) as taken,
       (select status from scout.device where tenant_id = $1 and device_id = $2) as status,
       exists (
         select from scout.bronze_events
         where tenant_id = $1 and device_id = $2 and boot_epoch = $7::integer and seq = any ($12::bigint[])
       ) as sent_before`,
    [
      device.tenantId,
      device.deviceId,
      receivedAt,
      header.agent_version,
      Math.min(header.backlog, BACKLOG_MAX),
      header.clock_offset_ms,
      header.boot_epoch,
      header.outbox_bytes ?? null,
      header.outbox_max_bytes ?? null,
      header.drops?.sales ?? null,
      droppedSince(header),
      [header.seqs.at(0), header.seqs.at(-1)],
    ],
  )
  const { taken, status, sent_before } = contactRow.parse(rows[0])
  if (taken) return { sentBefore: sent_before }
  if (status === null) throw new ScoutError('device_unknown')
  refuseUnlessActive(status)
  throw new ScoutError('boot_epoch_stale')
}

/** By the device's clock, which may name a year that no database holds: then it is unknown. */
function droppedSince({ drops }: BatchHeader): string | null {
  return drops !== undefined && /^(19|[2-8]\d)\d\d-/.test(drops.since) ? drops.since : null
}

/** A store is known when the tenant has it and the device was enrolled for it. */
async function markUnknownStores(tx: Transaction, batch: BatchToStore): Promise<JudgedSale[]> {
  const named = new Set(batch.sales.map(sale => sale.facts.storeId))
  let known = await findStores(tx, batch, named)
  if (known.size < named.size) {
    await holdBackImports(tx, batch.device.tenantId)
    known = await findStores(tx, batch, named)
  }
  const permitted = batch.storeIds === null ? known : known.intersection(new Set(batch.storeIds))
  return batch.sales.map(sale =>
    permitted.has(sale.facts.storeId) ? sale : { ...sale, reasons: ['unknown_store', ...sale.reasons] },
  )
}

async function findStores(
  tx: Transaction,
  { device }: BatchToStore,
  storeIds: ReadonlySet<string>,
): Promise<Set<string>> {
  const { rows } = await tx.query(
    'select store_id from scout.dim_store where tenant_id = $1 and store_id = any($2::text[])',
    [device.tenantId, [...storeIds]],
  )
  return new Set(rows.map(row => String(row.store_id)))
}

/** The same version of a transaction twice in one batch is one event and a duplicate of it. */
function firstOfEachVersion(sales: readonly JudgedSale[]): { first: JudgedSale[]; repeated: JudgedSale[] } {
  const seen = new Set<string>()
  const first: JudgedSale[] = []
  const repeated: JudgedSale[] = []
  for (const sale of sales) {
    // The same JSON is the same transaction, as long as the same contract reads it.
    const version = sale.contract + sale.hash.toString('latin1')
    if (seen.has(version)) repeated.push(sale)
    else first.push(sale)
    seen.add(version)
  }
  return { first, repeated }
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
