import { z } from 'zod'
import { ScoutError } from '../../app/errors.ts'
import type { Transaction } from '../database/pool.ts'
import type { DevicePrincipal } from '../identity/access-tokens.ts'

const senderRow = z
  .object({
    status: z.enum(['active', 'suspended', 'revoked']),
    store_ids: z.array(z.string()).nullable(),
    backfill_from: z.string().nullable(),
    time_zone: z.string(),
  })
  .transform(row => ({
    status: row.status,
    /** Stores it may report; null is every store. */
    storeIds: row.store_ids,
    backfillFrom: row.backfill_from,
    timeZone: row.time_zone,
  }))

export type SenderRights = z.infer<typeof senderRow>

/** What a device may send, and where it stands. @throws ScoutError `device_unknown` */
export async function readSenderRights(
  tx: Transaction,
  { tenantId, deviceId }: Omit<DevicePrincipal, 'kind'>,
): Promise<SenderRights> {
  const { rows } = await tx.query(
    `select d.status, d.store_ids, d.backfill_from, p.time_zone
     from scout.device d
     join scout.tenant t on t.tenant_id = d.tenant_id
     join scout.geo_pack p on p.pack_id = t.pack_id
     where d.tenant_id = $1 and d.device_id = $2`,
    [tenantId, deviceId],
  )
  if (rows[0] === undefined) throw new ScoutError('device_unknown')
  return senderRow.parse(rows[0])
}

/** The same of a sale that is here already: what came by SQL or import has no device, and no limits. */
export async function readOriginRights(
  tx: Transaction,
  { tenantId, deviceId }: Omit<DevicePrincipal, 'kind'>,
): Promise<SenderRights> {
  const { rows } = await tx.query(
    `select coalesce(d.status, 'active') as status, d.store_ids, d.backfill_from, p.time_zone
     from scout.tenant t
     join scout.geo_pack p on p.pack_id = t.pack_id
     left join scout.device d on d.tenant_id = t.tenant_id and d.device_id = $2
     where t.tenant_id = $1`,
    [tenantId, deviceId],
  )
  return senderRow.parse(rows[0])
}
