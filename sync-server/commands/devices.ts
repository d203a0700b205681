import type { Command } from 'commander'
import type { z } from 'zod'
import {
  claimRequest,
  type DeviceChange,
  deviceChange,
  type deviceStatus,
} from '../../app/contracts/device.ts'
import { createClaim } from '../devices/claims.ts'
import { changeDevice, findDevice } from '../devices/device-administration.ts'
import { listDevices } from '../devices/device-list.ts'
import { type CommonOptions, readArgument, runCommand, withCommonOptions } from './command-session.ts'
import { deviceLine } from './device-line.ts'

type DeviceStatus = z.infer<typeof deviceStatus>

interface ClaimOptions extends CommonOptions {
  readonly label: string
  readonly store?: string[]
  readonly hours: string
  readonly backfillFrom?: string
}

/** `scout device …`. */
export function addDeviceCommands(program: Command): void {
  const devices = program.command('device').description('store devices')
  withCommonOptions(devices.command('claim'))
    .description('make a claim code, with which one device may enrol')
    .requiredOption('--label <text>', 'what it is for')
    .option('--store <ids...>', 'stores it may report; all when absent')
    .option('--hours <number>', 'how long the code is valid', '48')
    .option('--backfill-from <day>', 'take sales from this day on, however late (YYYY-MM-DD)')
    .action((options: ClaimOptions) =>
      runCommand(
        options,
        async ({ database, tenant }) =>
          createClaim(database.pool, await tenant(), readClaim(options), null, new Date()),
        ({ claim_code, expires_at }) => [`${claim_code}\tvalid until ${expires_at}`],
      ),
    )
  withCommonOptions(devices.command('list'))
    .description('enrolled devices: last contact, version, backlog, drops, clock offset, age of the key')
    .action((options: CommonOptions) =>
      runCommand(
        options,
        async ({ database, tenant }) => listDevices(database.pool, await tenant()),
        all => all.map(device => deviceLine(device, new Date())),
      ),
    )
  addChange(devices, 'suspend', 'take no sales from a device until it is resumed; it keeps them', 'suspended')
  addChange(devices, 'resume', 'take the sales of a suspended device again', 'active')
  addChange(
    devices,
    'revoke',
    'end a device for good; it keeps its sales until it is enrolled again',
    'revoked',
  )
  withCommonOptions(devices.command('rename <device> <name>'))
    .description('call a device, given by its id or name, by another name')
    .action((device: string, name: string, options: CommonOptions) => change(options, device, { name }))
}

function addChange(devices: Command, command: string, description: string, status: DeviceStatus): void {
  withCommonOptions(devices.command(`${command} <device>`))
    .description(`${description} (by id or name)`)
    .action((device: string, options: CommonOptions) => change(options, device, { status }))
}

function change(options: CommonOptions, device: string, wanted: DeviceChange): Promise<void> {
  const checked = readArgument(deviceChange, wanted, 'change of a device')
  return runCommand(
    options,
    async ({ database: { pool }, tenant }) => {
      const owner = await tenant()
      const id = await findDevice(pool, owner, device)
      return changeDevice(pool, owner, id, checked, { kind: 'system' }, new Date())
    },
    summary => [deviceLine(summary, new Date())],
  )
}

function readClaim(options: ClaimOptions) {
  const request = {
    label: options.label,
    store_ids: options.store ?? null,
    expires_in_hours: Number(options.hours),
    backfill_from: options.backfillFrom ?? null,
  }
  return readArgument(claimRequest, request, 'claim')
}
