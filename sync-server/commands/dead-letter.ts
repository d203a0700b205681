import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { discardRequest, listLimit, replayRequest } from '../../app/contracts/ways-back.ts'
import { discardDeadLetters, listDeadLetters, showDeadLetter } from '../dead-letter/dead-letters.ts'
import { replayDeadLetters } from '../dead-letter/replay.ts'
import { ensureSecrets } from '../secrets.ts'
import {
  type CommandSession,
  type CommonOptions,
  readArgument,
  runCommand,
  withCommonOptions,
} from './command-session.ts'
import { watched } from './watched-work.ts'

interface ListOptions extends CommonOptions {
  readonly code?: string
  readonly device?: string
  readonly settled?: boolean
  readonly limit: string
}

interface ReplayOptions extends CommonOptions {
  readonly code?: string
  readonly all?: boolean
  readonly line?: string
}

interface DiscardOptions extends CommonOptions {
  readonly reason: string
}

const SYSTEM = { kind: 'system' } as const

/** `scout dead-letter …`. */
export function addDeadLetterCommands(program: Command): void {
  const letters = program.command('dead-letter').description('lines that could not be kept as a sale')
  withCommonOptions(letters.command('list'))
    .description('what was refused and why, the newest first')
    .option('--code <code>', 'only those refused with this code')
    .option('--device <id>', 'only those of this device')
    .option('--settled', 'those that were stored or discarded as well')
    .option('--limit <number>', 'at most so many', '100')
    .action((options: ListOptions) =>
      runCommand(
        options,
        async ({ database, tenant }) => {
          const limit = readArgument(listLimit, options.limit, 'limit')
          return listDeadLetters(database.pool, await tenant(), { ...options, limit })
        },
        all =>
          all.map(({ dead_letter_id, received_at, code, message, settled_as, tries }) =>
            [received_at, settled_as ?? 'open', `${tries} tries`, code, message, dead_letter_id].join('\t'),
          ),
      ),
    )
  withCommonOptions(letters.command('show'))
    .description('one with its line; the audit says that somebody looked')
    .argument('<id>', 'as `scout dead-letter list` names it')
    .action((id: string, options: CommonOptions) =>
      runCommand(
        options,
        async session =>
          showDeadLetter(session.database.pool, await session.tenant(), await keysOf(session), {
            id,
            actor: SYSTEM,
            now: new Date(),
          }),
        ({ code, message, line }) => [`${code}: ${message}`, line],
      ),
    )
  withCommonOptions(letters.command('replay'))
    .description('judge again by the rules of today, under the same event key; stores what is a sale now')
    .argument('[ids...]', 'as `scout dead-letter list` names them')
    .option('--code <code>', 'every open one refused with this code')
    .option('--all', 'every open one')
    .option('--line <file>', 'a file with the whole line, corrected; for a single one')
    .action((ids: string[], options: ReplayOptions) =>
      runCommand(
        options,
        session => replay(session, ids, options),
        outcomes =>
          outcomes.length === 0
            ? ['There is nothing to replay.']
            : outcomes.map(({ dead_letter_id, outcome, message }) =>
                [outcome, message, dead_letter_id].join('\t'),
              ),
      ),
    )
  withCommonOptions(letters.command('discard'))
    .description('give up; the line is kept, but no longer listed')
    .argument('<ids...>', 'as `scout dead-letter list` names them')
    .requiredOption('--reason <text>', 'why, for the audit')
    .action((ids: string[], options: DiscardOptions) =>
      runCommand(
        options,
        async ({ database, tenant }) => {
          const { dead_letter_ids, reason } = readArgument(
            discardRequest,
            { dead_letter_ids: ids, reason: options.reason },
            'request',
          )
          const how = { ids: dead_letter_ids, reason, actor: SYSTEM, now: new Date() }
          return { discarded: await discardDeadLetters(database.pool, await tenant(), how) }
        },
        ({ discarded }) => [`${discarded} were discarded.`],
      ),
    )
}

const MOST = 1_000

async function replay(session: CommandSession, named: readonly string[], options: ReplayOptions) {
  const { pool } = session.database
  const tenant = await session.tenant()
  const found =
    named.length > 0 || !(options.all || options.code !== undefined)
      ? named
      : (await listDeadLetters(pool, tenant, { code: options.code, limit: MOST })).map(
          one => one.dead_letter_id,
        )
  if (found.length === 0 && named.length === 0 && (options.all || options.code !== undefined)) return []
  const line = options.line === undefined ? undefined : await readFile(options.line, 'utf8')
  const request = readArgument(replayRequest, { dead_letter_ids: found, line }, 'list of dead letters')
  const keys = await keysOf(session)
  return watched(
    work =>
      replayDeadLetters(pool, tenant, keys, {
        ...work,
        ids: request.dead_letter_ids,
        line: request.line,
        actor: SYSTEM,
        now: () => new Date(),
      }),
    { quiet: options.json },
  )
}

async function keysOf({ home }: CommandSession) {
  return (await ensureSecrets(home.secrets)).personal()
}
