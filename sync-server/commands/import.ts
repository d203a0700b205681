import { Argument, type Command } from 'commander'
import { ScoutError } from '../../app/errors.ts'
import { importMaster } from '../catalogue/imports/import-master.ts'
import { importSales } from '../catalogue/imports/import-sales.ts'
import { MASTER_KINDS, type MasterKindName } from '../catalogue/imports/master-kinds.ts'
import type { ImportReport, ImportRequest } from '../catalogue/imports/report.ts'
import { ensureSecrets } from '../secrets.ts'
import {
  type CommandSession,
  type CommonOptions,
  print,
  runCommand,
  withCommonOptions,
} from './command-session.ts'
import { watched } from './watched-work.ts'

interface ImportOptions extends CommonOptions {
  readonly items?: string[]
  readonly dryRun?: boolean
  readonly skipBad?: boolean
}

const KINDS = [...Object.keys(MASTER_KINDS), 'transactions']

/** `scout import KIND FILE…`. Ends with 1 when a row is bad. */
export function addImportCommand(program: Command): void {
  withCommonOptions(program.command('import'))
    .description('bring in master data or sales from CSV or Parquet files')
    .addArgument(new Argument('<kind>', 'what the files hold').choices(KINDS))
    .argument('<files...>', 'CSV with a header row, or *.parquet')
    .option('--items <files...>', 'with transactions: the lines of their sales')
    .option('--dry-run', 'only report every bad row and its reason')
    .option('--skip-bad', 'import the rows that are in order, although others are not')
    .addHelpText(
      'after',
      '\nColumns are named as in the reference schema; their usual other names are understood, unknown ones ignored.\nWithout --skip-bad nothing is imported when a row is bad. --json prints a line a bad row, then one of the report.\nA stopped import is finished by running it again.',
    )
    .action((kind: string, files: string[], options: ImportOptions) =>
      runCommand(
        options,
        async session => {
          const report = await run(session, kind, files, options)
          if (report.bad_rows > 0) process.exitCode = 1
          return report
        },
        describe,
      ),
    )
}

async function run(
  { home, database: { pool }, tenant }: CommandSession,
  kind: string,
  files: readonly string[],
  { items, dryRun = false, skipBad = false, json = false }: ImportOptions,
): Promise<ImportReport> {
  if (items !== undefined && kind !== 'transactions') {
    throw new ScoutError('request_invalid', { message: '--items goes with transactions alone.' })
  }
  const { personal } = await ensureSecrets(home.secrets)
  const request = {
    pool,
    tenant: await tenant(),
    keys: personal(),
    files,
    dryRun,
    skipBad,
    now: new Date(),
    onBad({ file, line, column, reason }) {
      const where = column === null ? '' : `${column}: `
      print([json ? JSON.stringify({ file, line, column, reason }) : `${file}:${line}: ${where}${reason}`])
    },
  } satisfies ImportRequest
  return watched(
    work =>
      isMaster(kind)
        ? importMaster(kind, { ...request, ...work })
        : importSales({ ...request, ...work, items: items ?? [] }),
    { quiet: json },
  )
}

function isMaster(kind: string): kind is MasterKindName {
  return Object.hasOwn(MASTER_KINDS, kind)
}

function describe({
  kind,
  dry_run,
  rows,
  bad_rows,
  imported,
  notes,
  ignored_columns,
}: ImportReport): string[] {
  const outcome = dry_run
    ? 'Nothing was imported: this was a dry run.'
    : bad_rows > 0 && imported === 0
      ? 'Nothing was imported. Correct the bad rows, or leave them out with --skip-bad.'
      : `${imported} ${kind} were imported.`
  return [
    `${rows} rows, ${bad_rows} of them bad. ${outcome}`,
    ...Object.entries(notes)
      .filter(([, n]) => n > 0)
      .map(([what, n]) => `${what.replaceAll('_', ' ')}: ${n}`),
    ...(ignored_columns.length > 0 ? [`Ignored columns: ${ignored_columns.join(', ')}.`] : []),
  ]
}
