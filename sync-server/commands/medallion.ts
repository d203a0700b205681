import type { Command } from 'commander'
import { z } from 'zod'
import type { Progress } from '../../app/contracts/long-work.ts'
import { describePlan } from '../medallion/describe-plan.ts'
import { readLineage } from '../medallion/lineage.ts'
import { listRuns } from '../medallion/list-runs.ts'
import type { RunScope } from '../medallion/plan.ts'
import { planMedallion, runMedallion } from '../medallion/runner.ts'
import { type CommonOptions, readArgument, runCommand, withCommonOptions } from './command-session.ts'

interface ScopeOptions extends CommonOptions {
  readonly all?: boolean
  readonly days?: string
  readonly relation?: string
  readonly due?: boolean
}

/** `scout medallion plan | run | runs | lineage`. */
export function addMedallionCommands(program: Command): void {
  const medallion = program.command('medallion').description('the refined layers: silver, gold, platinum')

  withScope(medallion.command('plan'))
    .description('what a run would redo now, and why')
    .action((options: ScopeOptions) =>
      runCommand(
        options,
        async ({ database: { pool }, tenant }) => {
          const tenantId = await tenant()
          return describePlan(pool, tenantId, await planMedallion({ pool, tenantId, ...scopeOf(options) }))
        },
        ({ days, steps }) =>
          steps.length === 0
            ? ['Nothing to do.']
            : [
                days === null ? 'Every day.' : `Days: ${days.join(', ') || 'none'}.`,
                ...steps.map(({ relation, slices, reason, estimated_rows }) =>
                  [
                    relation,
                    slices === null ? 'whole' : `${slices.length} slices`,
                    reason,
                    `about ${estimated_rows} rows`,
                  ].join('\t'),
                ),
              ],
      ),
    )

  withScope(medallion.command('run'))
    .description('refine what has arrived, or what the options say; Ctrl+C leaves everything as it was')
    .action((options: ScopeOptions) =>
      runCommand(
        options,
        async ({ database: { pool }, tenant }) => {
          const tenantId = await tenant()
          const controller = new AbortController()
          const stop = () => controller.abort()
          process.once('SIGINT', stop)
          try {
            const { signal } = controller
            const onProgress = options.json ? () => undefined : showProgress
            return await runMedallion({ pool, tenantId, signal, onProgress, ...scopeOf(options) })
          } finally {
            process.off('SIGINT', stop)
          }
        },
        ({ models, warnings }) => [
          ...(models.length === 0
            ? ['Nothing to do.']
            : models.map(({ model, rows, ms }) => `${model}\t${rows} rows\t${ms} ms`)),
          ...warnings.map(
            ({ check, rows }) => `warning: ${check.name}\t${rows} rows against: ${check.promise}`,
          ),
        ],
      ),
    )

  withCommonOptions(medallion.command('runs'))
    .description('the last runs, the newest first')
    .option('--limit <count>', 'how many', '20')
    .action((options: CommonOptions & { readonly limit: string }) =>
      runCommand(
        options,
        async ({ database: { pool }, tenant }) =>
          listRuns(
            pool,
            await tenant(),
            readArgument(z.coerce.number().int().min(1), options.limit, 'limit'),
          ),
        runs =>
          runs.map(({ run_id, started_at, status, relations, rows, ms, error }) =>
            [
              started_at,
              run_id,
              status,
              `${relations.length} relations`,
              `${rows} rows`,
              `${ms} ms`,
              error ?? '',
            ]
              .join('\t')
              .trimEnd(),
          ),
      ),
    )

  withCommonOptions(medallion.command('lineage').argument('<relation>', 'such as scout.gold_sales_cube'))
    .description('from which columns of which relations each column comes, down to bronze and the dimensions')
    .option('--column <name>', 'of this column alone')
    .action((relation: string, options: CommonOptions & { readonly column?: string }) =>
      runCommand(
        options,
        ({ database: { pool } }) => readLineage(pool, relation, options.column),
        edges =>
          edges.map(({ relation: of, column_name, input_relation, input_column, how }) =>
            [`${of}.${column_name || '*'}`, `${input_relation}.${input_column}`, how].join('\t'),
          ),
      ),
    )
}

function withScope(command: Command): Command {
  return withCommonOptions(command)
    .option('--all', 'every day, and the relations that are redone by schedule')
    .option('--days <days>', 'these business days alone, such as 2025-08-14,2025-08-15')
    .option(
      '--relation <name>',
      'this relation, and what depends on it; whole, unless --days says which days',
    )
    .option('--due', 'also the relations that their schedule makes due')
}

/** @throws ScoutError `request_invalid` */
function scopeOf({ all, days, relation, due }: ScopeOptions): RunScope {
  const scope =
    relation === undefined ? {} : { relation: relation.includes('.') ? relation : `scout.${relation}` }
  if (days !== undefined) {
    return { ...scope, days: readArgument(z.array(z.iso.date()).min(1), days.split(','), 'list of days') }
  }
  if (all || relation !== undefined) return { ...scope, days: 'all' }
  return { days: 'touched', scheduled: due ? 'due' : 'none' }
}

function showProgress({ stage, done, total }: Progress): void {
  if (process.stderr.isTTY)
    process.stderr.write(`\r\u001B[K${stage} ${done}${total === undefined ? '' : `/${total}`}`)
}
