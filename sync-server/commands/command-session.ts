import { styleText } from 'node:util'
import type { Command } from 'commander'
import type { z } from 'zod'
import { type TenantId, tenantId } from '../../app/domain/ids.ts'
import { ScoutError, toWireError } from '../../app/errors.ts'
import { listTenants } from '../catalogue/tenants.ts'
import { type Database, openDatabase } from '../database/open.ts'
import { fromDatabase } from '../database/postgres-errors.ts'
import { defaultHome, type Home, homeAt } from '../home.ts'

/** Options that every command takes. */
export interface CommonOptions {
  readonly home: string
  readonly databaseUrl?: string
  readonly tenant?: string
  readonly json?: boolean
}

export function withCommonOptions(command: Command): Command {
  return command
    .option('--home <directory>', 'where the server keeps its data (SCOUT_HOME)', defaultHome())
    .option('--database-url <url>', 'a Postgres with PostGIS instead of the embedded database (DATABASE_URL)')
    .option('--tenant <id>', 'the tenant; needed only where there are several')
    .option('--json', 'print JSON')
}

export interface CommandSession {
  readonly home: Home
  readonly database: Database
  readonly tenant: () => Promise<TenantId>
}

/** Opens the database for one command, prints what the command returns, and closes it again. `lines` is the answer for people. */
export async function runCommand<T>(
  options: CommonOptions,
  command: (session: CommandSession) => Promise<T>,
  lines: (result: T) => readonly string[],
): Promise<void> {
  const home = homeAt(options.home)
  const database = await openDatabase({ url: databaseUrl(options), directory: home.database })
  try {
    const result = await command({ home, database, tenant: () => chooseTenant(database, options.tenant) })
    print(options.json ? [JSON.stringify(result)] : lines(result))
  } finally {
    await database.close()
  }
}

export function databaseUrl(options: CommonOptions): string | undefined {
  return options.databaseUrl ?? process.env.DATABASE_URL
}

export function print(lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`)
}

/** Exit status 1, and on standard error what to do about it. */
export function reportFailure(thrown: unknown, json: boolean): void {
  const error = toWireError(fromDatabase(thrown))
  const cause = error.code === 'internal' && thrown instanceof Error ? `\n${thrown.stack}` : ''
  const details = error.details === undefined ? '' : `\n${JSON.stringify(error.details, null, 2)}`
  process.stderr.write(
    json
      ? `${JSON.stringify(error)}\n`
      : `${styleText('red', error.code, { stream: process.stderr })}: ${error.message}${details}${cause}\n`,
  )
  process.exitCode = 1
}

/** @throws ScoutError `request_invalid` that says what is wrong with it */
export function readArgument<T extends z.ZodType>(schema: T, value: unknown, what: string): z.output<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => [...path, message].join(' '))
  throw new ScoutError('request_invalid', { message: `This is no valid ${what}: ${problems.join('; ')}.` })
}

async function chooseTenant(database: Database, asked: string | undefined): Promise<TenantId> {
  const tenants = await listTenants(database.pool)
  const chosen = asked === undefined ? tenants : tenants.filter(tenant => tenant === asked)
  const [only] = chosen
  if (only === undefined || chosen.length > 1) {
    throw new ScoutError('request_invalid', {
      message: `Name one tenant with --tenant. There ${tenants.length === 1 ? 'is' : 'are'}: ${tenants.join(', ') || 'none'}.`,
    })
  }
  return tenantId.parse(only)
}
