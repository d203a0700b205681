import { z } from 'zod'
import { deviceStatus } from '../../app/contracts/device.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Transaction } from '../database/pool.ts'
import type { DevicePrincipal } from '../identity/access-tokens.ts'

/** @throws ScoutError `device_suspended`, `device_revoked` */
export function refuseUnlessActive(status: z.infer<typeof deviceStatus>): void {
  if (status === 'suspended') throw new ScoutError('device_suspended')
  if (status === 'revoked') throw new ScoutError('device_revoked')
}

const statusRow = z.object({ status: deviceStatus })

/** Lets nobody else change the device until the transaction ends. @throws ScoutError `device_unknown`, `device_suspended`, `device_revoked` */
export async function lockDevice(tx: Transaction, { tenantId, deviceId }: DevicePrincipal): Promise<void> {
  const { rows } = await tx.query(
    'select status from scout.device where tenant_id = $1 and device_id = $2 for update',
    [tenantId, deviceId],
  )
  if (rows[0] === undefined) throw new ScoutError('device_unknown')
  refuseUnlessActive(statusRow.parse(rows[0]).status)
}
