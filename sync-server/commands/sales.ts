import type { Command } from 'commander'
import { z } from 'zod'
import { readIngestionStatus } from '../ingestion/ingestion-status.ts'
import { saleVersions } from '../ingestion/sale-versions.ts'
import { type CommonOptions, readArgument, runCommand, withCommonOptions } from './command-session.ts'

interface StatusOptions extends CommonOptions {
  readonly hours: string
}

const hoursBack = z.coerce
  .number()
  .positive()
  .max(24 * 366)

/** `scout sale …` and `scout status`. */
export function addSaleCommands(program: Command): void {
  withCommonOptions(program.command('sale').description('single sales').command('show'))
    .description('every version that arrived of a transaction, which stands and why')
    .argument('<store>', 'store id')
    .argument('<transaction>', 'transaction id')
    .action((store: string, transaction: string, options: CommonOptions) =>
      runCommand(
        options,
        async ({ database, tenant }) => saleVersions(database.pool, await tenant(), store, transaction),
        versions =>
          versions.flatMap(version => [
            [version.version_at ?? 'no time', version.why, version.contract, version.event_id].join('\t'),
            `  ${JSON.stringify(version.sale)}`,
          ]),
      ),
    )
  withCommonOptions(program.command('status'))
    .description('how far bronze is behind its sources, and what waits')
    .option('--hours <number>', 'over the sales that arrived since', '24')
    .action((options: StatusOptions) =>
      runCommand(
        options,
        async ({ database, tenant }) => {
          const hours = readArgument(hoursBack, options.hours, 'number of hours')
          return readIngestionStatus(database.pool, await tenant(), { hours, now: new Date() })
        },
        status => [
          `${status.sales} sales arrived in the last ${status.hours} hours; the last batch came ${seconds(status.silent_for_s)} ago`,
          `source to bronze: p50 ${seconds(status.latency_p50_s)}, p95 ${seconds(status.latency_p95_s)}`,
          `${status.backlog} wait on devices, ${status.quarantined} in quarantine, ${status.dead_letters} dead letters, ${status.days_to_refine} days to refine`,
        ],
      ),
    )
}

function seconds(value: number | null): string {
  return value === null ? 'unknown' : `${Number(value.toPrecision(3))} s`
}
