import type { Command } from 'commander'
import { Option } from 'commander'
import { QUARANTINE_REASONS, type QuarantineReason } from '../../app/contracts/device.ts'
import { listLimit, releaseRequest } from '../../app/contracts/ways-back.ts'
import { ScoutError } from '../../app/errors.ts'
import { listHeldSales, showHeldSale } from '../quarantine/held-sales.ts'
import { releaseHeldSales } from '../quarantine/release.ts'
import {
  type CommandSession,
  type CommonOptions,
  readArgument,
  runCommand,
  withCommonOptions,
} from './command-session.ts'
import { watched } from './watched-work.ts'

interface ListOptions extends CommonOptions {
  readonly reason?: QuarantineReason
  readonly store?: string
  readonly limit: string
}

interface ReleaseOptions extends CommonOptions {
  readonly reason?: QuarantineReason
  readonly store?: string
  readonly force?: boolean
  readonly because?: string
}

const EVENT = 'device/boot epoch/seq, as `scout quarantine list` names it'

/** `scout quarantine …`. */
export function addQuarantineCommands(program: Command): void {
  const quarantine = program.command('quarantine').description('sales that are kept and wait outside silver')
  const reasonOption = () => new Option('--reason <reason>', 'only those with it').choices(QUARANTINE_REASONS)
  withCommonOptions(quarantine.command('list'))
    .description('what is held back and why, the newest first')
    .addOption(reasonOption())
    .option('--store <id>', 'only those of this store')
    .option('--limit <number>', 'at most so many', '100')
    .action((options: ListOptions) =>
      runCommand(
        options,
        async ({ database, tenant }) => {
          const limit = readArgument(listLimit, options.limit, 'limit')
          return listHeldSales(database.pool, await tenant(), { ...options, limit })
        },
        all =>
          all.map(({ event_id, store_id, transaction_id, received_at, reasons }) =>
            [received_at, reasons.join(','), store_id, transaction_id, event_id].join('\t'),
          ),
      ),
    )
  withCommonOptions(quarantine.command('show'))
    .description('one with its sale')
    .argument('<event>', EVENT)
    .action((event: string, options: CommonOptions) =>
      runCommand(
        options,
        async ({ database, tenant }) => showHeldSale(database.pool, await tenant(), event),
        held => [JSON.stringify(held, null, 2)],
      ),
    )
  withCommonOptions(quarantine.command('release'))
    .description('judge again, and release what nothing holds back any more')
    .argument('[events...]', EVENT)
    .addOption(reasonOption())
    .option('--store <id>', 'every one of this store')
    .option('--force', 'lift the gates and the clock too; say why with --because')
    .option('--because <text>', 'why, for the audit')
    .action((events: string[], options: ReleaseOptions) =>
      runCommand(
        options,
        session => release(session, events, options),
        outcomes =>
          outcomes.length === 0
            ? ['Nothing is held back.']
            : outcomes.map(({ event_id, reasons }) =>
                [reasons.length === 0 ? 'released' : `still ${reasons.join(',')}`, event_id].join('\t'),
              ),
      ),
    )
}

const MOST = 1_000

async function release(
  { database: { pool }, tenant: ofSession }: CommandSession,
  named: string[],
  options: ReleaseOptions,
) {
  if ((options.force ?? false) !== (options.because !== undefined)) {
    throw new ScoutError('request_invalid', { message: '--force and --because belong together.' })
  }
  const { reason, store } = options
  const chosen = reason !== undefined || store !== undefined
  const tenant = await ofSession()
  const events =
    named.length > 0 || !chosen
      ? named
      : (await listHeldSales(pool, tenant, { reason, store, limit: MOST })).map(held => held.event_id)
  if (events.length === 0 && chosen) return []
  const request = readArgument(
    releaseRequest,
    { event_ids: events, force_reason: options.because },
    'list of held sales',
  )
  const how = { eventIds: request.event_ids, forceReason: request.force_reason }
  return watched(
    work =>
      releaseHeldSales(pool, tenant, {
        ...work,
        ...how,
        actor: { kind: 'system' },
        now: () => new Date(),
      }),
    { quiet: options.json },
  )
}
