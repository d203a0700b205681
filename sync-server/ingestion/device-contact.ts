import { z } from 'zod'
import { type BatchHeader, deviceStatus } from '../../app/contracts/device.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Transaction } from '../database/pool.ts'
import { refuseUnlessActive } from '../devices/device-status.ts'
import type { BatchOrigin } from './bronze-rows.ts'

const BACKLOG_MAX = 2 ** 31 - 1
const contactRow = z.object({ taken: z.boolean(), status: deviceStatus.nullable(), sent_before: z.boolean() })

/**
 * Also takes the device's row lock, so that batches of one device (or of its clone) are stored one after the other. Whether its first or
 * last sale is there already tells a batch that is sent again.
 */
export async function noteContact(
  tx: Transaction,
  { device, header, receivedAt }: BatchOrigin,
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
