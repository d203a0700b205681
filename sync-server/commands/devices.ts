import type { Command } from 'commander'
import { claimRequest } from '../../app/contracts/device.ts'
import { createClaim } from '../devices/claims.ts'
import { listDevices } from '../devices/device-list.ts'
import { type CommonOptions, readArgument, runCommand, withCommonOptions } from './command-session.ts'

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
    .description('enrolled devices, when they were last heard and how much they hold back')
    .action((options: CommonOptions) =>
      runCommand(
        options,
        async ({ database, tenant }) => listDevices(database.pool, await tenant()),
        all =>
          all.map(({ device_id, name, status, last_contact_at, backlog }) =>
            [device_id, name, status, last_contact_at ?? 'never', `${backlog ?? 0} waiting`].join('\t'),
          ),
      ),
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
