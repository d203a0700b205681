import type { Command } from 'commander'
import { countOutdated, reseal } from '../personal/reseal.ts'
import { addDataKey, ensureSecrets } from '../secrets.ts'
import { type CommandSession, type CommonOptions, runCommand, withCommonOptions } from './command-session.ts'
import { watched } from './watched-work.ts'

/** `scout keys …`. */
export function addKeyCommands(program: Command): void {
  withCommonOptions(program.command('keys').description("the server's keys").command('rotate-personal'))
    .description('seal personal data of every tenant under a new key; goes on where it was stopped')
    .action((options: CommonOptions) =>
      runCommand(
        options,
        session => rotate(session, options),
        ({ key_version, resumed, resealed }) => [
          `${resumed ? 'Went on with' : 'Made'} key ${key_version}: ${resealed} rows were sealed anew.`,
          'Older keys stay in secrets.json, because back-ups need them.',
        ],
      ),
    )
}

async function rotate({ home, database: { pool } }: CommandSession, { json }: CommonOptions) {
  const { personal } = await ensureSecrets(home.secrets)
  const resumed = (await countOutdated(pool, personal())) > 0
  const version = resumed ? personal().current : await addDataKey(home.secrets)
  const keys = (await ensureSecrets(home.secrets)).personal()
  const resealed = await watched(work => reseal(pool, keys, work), { quiet: json })
  return { key_version: version, resumed, resealed }
}
