import { z } from 'zod'
import { QUARANTINE_REASONS, type QuarantineReason } from '../../app/contracts/device.ts'
import type { LongWork } from '../../app/contracts/long-work.ts'
import type { ReleaseOutcome } from '../../app/contracts/ways-back.ts'
import { deviceId, type TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool, Transaction } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'
import { type Actor, recordAudit } from '../identity/audit.ts'
import { businessTime } from '../ingestion/business-time.ts'
import { quarantineReasons } from '../ingestion/quarantine.ts'
import { readSale } from '../ingestion/sale-facts.ts'
import { readOriginRights } from '../ingestion/sender.ts'
import { touchDays } from '../ingestion/touch-days.ts'
import { keyOf, noSuch } from './held-sales.ts'

export interface Release extends LongWork<'held sales'> {
  readonly eventIds: readonly string[]
  /** Lifts the gates and the clock too, and is written down. A store that is not known has no place, and stays. */
  readonly forceReason?: string | undefined
  readonly actor: Actor
  readonly now: () => Date
}

/**
 * Judges held sales again by today's rules and catalogue, as of their arrival, and lifts what no longer applies. Each is a transaction of its
 * own; the days that change are noted.
 *
 * @throws ScoutError `not_found`, `cancelled`
 */
export async function releaseHeldSales(
  pool: Pool,
  tenant: TenantId,
  { eventIds, signal, onProgress, ...how }: Release,
): Promise<ReleaseOutcome[]> {
  const outcomes: ReleaseOutcome[] = []
  for (const eventId of eventIds) {
    if (signal?.aborted) throw new ScoutError('cancelled')
    const reasons = await withTenant(pool, tenant, tx => release(tx, tenant, eventId, how))
    outcomes.push({ event_id: eventId, reasons })
    onProgress?.({ stage: 'held sales', done: outcomes.length, total: eventIds.length })
  }
  return outcomes
}

const heldRow = z.object({
  contract: z.string(),
  event_data: z.unknown(),
  store_id: z.string(),
  transaction_id: z.string(),
  business_day: z.string(),
  received_at: z.date(),
  quarantine_reasons: z.array(z.enum(QUARANTINE_REASONS)),
  store_known: z.boolean(),
})

async function release(
  tx: Transaction,
  tenantId: TenantId,
  eventId: string,
  { forceReason, actor, now }: Pick<Release, 'forceReason' | 'actor' | 'now'>,
): Promise<QuarantineReason[]> {
  const key = keyOf(eventId)
  const { rows } = await tx.query(
    `select b.contract, b.event_data, b.store_id, b.transaction_id, b.business_day, b.received_at, b.quarantine_reasons,
       exists (select from scout.dim_store s where s.tenant_id = $1 and s.store_id = b.store_id) as store_known
     from scout.bronze_events b
     where b.tenant_id = $1 and b.device_id = $2 and b.boot_epoch = $3 and b.seq = $4
     for update of b`,
    [tenantId, ...key],
  )
  if (rows[0] === undefined) throw noSuch(eventId)
  const held = heldRow.parse(rows[0])
  // Free already: released twice is released once.
  if (held.quarantine_reasons.length === 0) return []
  const sender = await readOriginRights(tx, { tenantId, deviceId: deviceId.parse(key[0]) })
  const facts = readSale(held.contract, held.event_data, businessTime(sender.timeZone))
  const arrival = { receivedAt: held.received_at, backfillFrom: sender.backfillFrom }
  const judged = new Set(quarantineReasons(facts, held.business_day, arrival))
  const permitted = sender.storeIds === null || sender.storeIds.includes(held.store_id)
  if (!held.store_known || !permitted) judged.add('unknown_store')
  const still = held.quarantine_reasons.filter(reason => judged.has(reason))
  const left = forceReason === undefined ? still : still.filter(reason => reason === 'unknown_store')
  await tx.query(
    `update scout.bronze_events set quarantine_reasons = $5::text[]
     where tenant_id = $1 and device_id = $2 and boot_epoch = $3 and seq = $4`,
    [tenantId, ...key, left],
  )
  if (left.length === 0) {
    await touchDays(tx, tenantId, [{ storeId: held.store_id, transactionId: held.transaction_id }])
  }
  const forced = still.filter(reason => !left.includes(reason))
  const details = {
    lifted: held.quarantine_reasons.filter(reason => !left.includes(reason)),
    ...(forced.length > 0 && { forced, reason: forceReason }),
  }
  if (details.lifted.length > 0) {
    await recordAudit(
      tx,
      tenantId,
      { actor, action: 'quarantine_released', subject: eventId, details },
      now(),
    )
  }
  return left
}
