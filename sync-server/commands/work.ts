import type { Command } from 'commander'
import type { Publication } from '../../app/contracts/http.ts'
import { semanticVersion } from '../../app/domain/ids.ts'
import { fileBlobStore } from '../publishing/blob-store.ts'
import { listPublications } from '../publishing/publications.ts'
import { ensureSigningKeys } from '../publishing/signing-keys.ts'
import { publishTenant, transformTenant, type WorkParts } from '../work.ts'
import {
  type CommandSession,
  type CommonOptions,
  readArgument,
  runCommand,
  withCommonOptions,
} from './command-session.ts'

interface PublishOptions extends CommonOptions {
  readonly version?: string
  readonly note: string
}

/** `scout transform`, `scout publish`, `scout dataset …`. */
export function addWorkCommands(program: Command): void {
  withCommonOptions(program.command('migrate'))
    .description('bring the database up to date: migrations and reference data')
    .action((options: CommonOptions) =>
      runCommand(
        options,
        async ({ database }) => ({ database: database.kind }),
        ({ database }) => [`The ${database} database is up to date.`],
      ),
    )

  withCommonOptions(program.command('transform'))
    .description('refine what has arrived: silver, gold, platinum')
    .action((options: CommonOptions) =>
      runCommand(
        options,
        async session => transformTenant(await partsOf(session), await session.tenant(), {}),
        ({ models }) =>
          models.length === 0
            ? ['Nothing has arrived since the last run.']
            : models.map(({ model, rows, ms }) => `${model}\t${rows} rows\t${ms} ms`),
      ),
    )

  withCommonOptions(program.command('publish'))
    .description('publish what changed, signed')
    .option('--version <version>', 'of the datasets that changed; the next patch when absent')
    .option('--note <text>', 'what is new', '')
    .action((options: PublishOptions) =>
      runCommand(
        options,
        async session => {
          const { version: asked, note } = options
          const version = asked === undefined ? undefined : readArgument(semanticVersion, asked, 'version')
          return publishTenant(await partsOf(session), await session.tenant(), { version, note }, {})
        },
        ({ published, publication }) => [
          published
            ? `Published as number ${publication.sequence}.`
            : 'Nothing has changed: nothing was published.',
          ...describe(publication),
        ],
      ),
    )

  withCommonOptions(program.command('dataset').description('what is published').command('list'))
    .description('the datasets of the newest publication')
    .action((options: CommonOptions) =>
      runCommand(
        options,
        async ({ database, tenant }) => listPublications(database.pool, await tenant(), 1),
        publications => publications.flatMap(describe),
      ),
    )
}

async function partsOf({ home, database }: CommandSession): Promise<WorkParts> {
  return {
    pool: database.pool,
    blobs: fileBlobStore(home.blobs),
    keys: await ensureSigningKeys(home.keys),
    now: () => new Date(),
  }
}

function describe({ datasets }: Publication): string[] {
  return datasets.map(({ dataset_id, version, partitions, rows, bytes }) =>
    [dataset_id, version, `${rows} rows`, `${partitions} files`, `${bytes} bytes`].join('\t'),
  )
}
