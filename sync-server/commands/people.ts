import { type Command, Option } from 'commander'
import { z } from 'zod'
import { loginRequest, USER_ROLES, userRole } from '../../app/contracts/http.ts'
import { tenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import { findRegions } from '../catalogue/find-regions.ts'
import { ensureTenant } from '../catalogue/tenants.ts'
import { generatePassword } from '../identity/passwords.ts'
import { addPerson, listPeople } from '../identity/people.ts'
import { ensureSigningKeys } from '../publishing/signing-keys.ts'
import { ensureTrustRoot } from '../publishing/trust-root.ts'
import { type CommonOptions, readArgument, runCommand, withCommonOptions } from './command-session.ts'

interface AddOptions extends CommonOptions {
  readonly email: string
  readonly name?: string
  readonly role: string
  readonly region?: string[]
}

interface TenantOptions extends CommonOptions {
  readonly name: string
  readonly pack: string
}

const tenantName = z.string().trim().min(1).max(128)

/** `scout tenant …` and `scout user …`. */
export function addPeopleCommands(program: Command): void {
  const tenants = program.command('tenant').description('tenants')
  withCommonOptions(tenants.command('add <id>'))
    .description('make a tenant')
    .requiredOption('--name <name>', 'what it is called')
    .option('--pack <id>', 'its geography', 'ph')
    .action((id: string, options: TenantOptions) =>
      runCommand(
        options,
        async ({ home, database: { pool } }) => {
          const tenant = readArgument(tenantId, id, 'tenant')
          const name = readArgument(tenantName, options.name, 'name')
          const { pack: packId } = options
          const created = await ensureTenant(
            pool,
            { tenantId: tenant, name, packId, isSample: false },
            new Date(),
          )
          await ensureTrustRoot(pool, tenant, await ensureSigningKeys(home.keys), new Date())
          return { tenant_id: tenant, created }
        },
        ({ created }) => [created ? `Tenant ${id} was made.` : `Tenant ${id} is there already.`],
      ),
    )

  const users = program.command('user').description('people who log in')
  withCommonOptions(users.command('add'))
    .description('add a person; prints a password once')
    .requiredOption('--email <address>', 'what he logs in with')
    .option('--name <name>', 'how he is called; the address when absent')
    .addOption(new Option('--role <role>', 'what he may do').choices(USER_ROLES).default('analyst'))
    .option('--region <regions...>', 'regions he may see, by name or code; all when absent')
    .action((options: AddOptions) =>
      runCommand(
        options,
        session => add(options, session),
        ({ email, password }) => [`${email} was added. The password is shown this once: ${password}`],
      ),
    )
  withCommonOptions(users.command('list'))
    .description('who may log in')
    .action((options: CommonOptions) =>
      runCommand(
        options,
        async ({ database, tenant }) => listPeople(database.pool, await tenant()),
        people =>
          people.map(
            ({ email, role, regions }) => `${email}\t${role}\t${regions?.join(' ') ?? 'every region'}`,
          ),
      ),
    )
}

async function add(
  options: AddOptions,
  { database, tenant }: Parameters<Parameters<typeof runCommand>[1]>[0],
): Promise<{ email: string; password: string }> {
  const email = readArgument(loginRequest.shape.email, options.email, 'e-mail address')
  const password = generatePassword()
  const { pool } = database
  const inTenant = await tenant()
  const person = {
    email,
    name: options.name ?? email,
    role: userRole.parse(options.role),
    regions: options.region === undefined ? null : await findRegions(pool, inTenant, options.region),
    password,
  }
  const added = await addPerson(pool, inTenant, person, new Date())
  if (!added) throw new ScoutError('conflict', { message: `${email} is there already.` })
  return { email, password }
}
