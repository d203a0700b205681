import { z } from 'zod'
import { type DeviceChange, type DeviceSummary, deviceStatus } from '../../app/contracts/device.ts'
import type { TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool, Transaction } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'
import { type AuditEntry, recordAudit } from '../identity/audit.ts'
import { readDevices } from './device-list.ts'

const found = z.object({ device_id: z.string(), name: z.string(), status: deviceStatus })

const ACTIONS = {
  active: 'device_resumed',
  suspended: 'device_suspended',
  revoked: 'device_revoked',
} as const

/**
 * Renames, suspends, resumes or revokes a device, and writes down who did. What it is already stays as it is. A device that may not send
 * keeps its sales and is told so.
 *
 * @throws ScoutError `not_found`, `conflict` when it was revoked and is to come back
 */
export async function changeDevice(
  pool: Pool,
  tenant: TenantId,
  deviceId: string,
  change: DeviceChange,
  actor: AuditEntry['actor'],
  now: Date,
): Promise<DeviceSummary> {
  return withTenant(pool, tenant, async tx => {
    const device = await lock(tx, tenant, deviceId)
    const { name = device.name, status = device.status } = change
    if (device.status === 'revoked' && status !== 'revoked') {
      throw new ScoutError('conflict', {
        message:
          'A revoked device does not come back, its key may be in other hands. Make a claim code and enrol it again.',
      })
    }
    await tx.query('update scout.device set name = $3, status = $4 where tenant_id = $1 and device_id = $2', [
      tenant,
      deviceId,
      name,
      status,
    ])
    const note = (action: AuditEntry['action'], details = {}) =>
      recordAudit(tx, tenant, { actor, action, subject: deviceId, details }, now)
    if (name !== device.name) await note('device_renamed', { from: device.name, to: name })
    if (status !== device.status) await note(ACTIONS[status])
    const [summary] = await readDevices(tx, tenant, deviceId)
    if (summary === undefined) throw new ScoutError('not_found')
    return summary
  })
}

async function lock(tx: Transaction, tenant: TenantId, deviceId: string): Promise<z.infer<typeof found>> {
  const { rows } = await tx.query(
    'select device_id, name, status from scout.device where tenant_id = $1 and device_id = $2 for update',
    [tenant, deviceId],
  )
  if (rows[0] === undefined) throw noSuchDevice(deviceId)
  return found.parse(rows[0])
}

/**
 * The id of the device that a person means by its id or its name.
 *
 * @throws ScoutError `not_found`, `conflict` when several are called so
 */
export async function findDevice(pool: Pool, tenant: TenantId, idOrName: string): Promise<string> {
  const { rows } = await withTenant(pool, tenant, tx =>
    tx.query(
      'select device_id, name, status from scout.device where tenant_id = $1 and (device_id = $2 or name = $2)',
      [tenant, idOrName],
    ),
  )
  const devices = rows.map(row => found.parse(row))
  const device = devices.find(({ device_id }) => device_id === idOrName) ?? devices[0]
  if (device === undefined) throw noSuchDevice(idOrName)
  if (devices.length > 1 && device.device_id !== idOrName) {
    throw new ScoutError('conflict', {
      message: `Several devices are called ${idOrName}. Name one by its id: ${devices.map(({ device_id }) => device_id).join(', ')}.`,
    })
  }
  return device.device_id
}

function noSuchDevice(idOrName: string): ScoutError {
  return new ScoutError('not_found', {
    message: `There is no device ${idOrName}. \`scout device list\` names them all.`,
  })
}
