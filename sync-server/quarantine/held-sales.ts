import { z } from 'zod'
import type { QuarantineReason } from '../../app/contracts/device.ts'
import { type HeldSale, heldSale } from '../../app/contracts/ways-back.ts'
import type { TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'

export interface QuarantineFilter {
  readonly reason?: QuarantineReason | undefined
  readonly store?: string | undefined
  readonly limit: number
}

const instant = z.date().transform(at => at.toISOString())
const row = heldSale.extend({ occurred_at: instant, received_at: instant })

const COLUMNS = `device_id || '/' || boot_epoch || '/' || seq as event_id, store_id, transaction_id, contract, occurred_at, received_at,
  quarantine_reasons as reasons`

/** Sales that are kept and wait outside silver, the newest arrival first. */
export async function listHeldSales(
  pool: Pool,
  tenant: TenantId,
  { reason, store, limit }: QuarantineFilter,
): Promise<HeldSale[]> {
  return withTenant(pool, tenant, async tx => {
    const { rows } = await tx.query(
      `select ${COLUMNS} from scout.bronze_quarantine
       where tenant_id = $1 and ($2::text is null or $2 = any (quarantine_reasons)) and ($3::text is null or store_id = $3)
       order by received_at desc, device_id, boot_epoch, seq
       limit $4`,
      [tenant, reason ?? null, store ?? null, limit],
    )
    return rows.map(one => row.parse(one))
  })
}

/** @throws ScoutError `not_found` */
export async function showHeldSale(
  pool: Pool,
  tenant: TenantId,
  eventId: string,
): Promise<HeldSale & { readonly sale: unknown }> {
  return withTenant(pool, tenant, async tx => {
    const { rows } = await tx.query(
      `select ${COLUMNS}, event_data from scout.bronze_quarantine
       where tenant_id = $1 and device_id = $2 and boot_epoch = $3 and seq = $4`,
      [tenant, ...keyOf(eventId)],
    )
    const [found] = rows
    if (found === undefined) throw noSuch(eventId)
    return { ...row.parse(found), sale: found.event_data }
  })
}

const INTEGER_MAX = 2 ** 31 - 1

/** Device, boot epoch and seq of an event id. @throws ScoutError `not_found` */
export function keyOf(eventId: string): readonly [device: string, bootEpoch: number, seq: number] {
  const [, device, epoch, seq] = /^(.+)\/(\d{1,10})\/(\d{1,15})$/.exec(eventId) ?? []
  if (device === undefined || Number(epoch) > INTEGER_MAX) throw noSuch(eventId)
  return [device, Number(epoch), Number(seq)]
}

export function noSuch(eventId: string): ScoutError {
  return new ScoutError('not_found', {
    message: `No held sale is ${eventId}. \`scout quarantine list\` names them, as device/boot epoch/seq.`,
  })
}
