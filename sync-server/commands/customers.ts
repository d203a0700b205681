import type { Command } from 'commander'
import { customerRequest } from '../../app/contracts/http.ts'
import { eraseCustomer, showCustomer } from '../personal/customers.ts'
import { wireFile } from '../personal/wire.ts'
import { ensureSecrets } from '../secrets.ts'
import {
  type CommandSession,
  type CommonOptions,
  readArgument,
  runCommand,
  withCommonOptions,
} from './command-session.ts'

const WHO = 'his pseudonym, or his id, phone or e-mail exactly as the source writes it'

/** `scout customer …`. */
export function addCustomerCommands(program: Command): void {
  const customers = program.command('customer').description('personal data of one customer')
  withCommonOptions(customers.command('show'))
    .description('open what is known of a customer; the audit says that somebody looked')
    .argument('<customer>', WHO)
    .action((customer: string, options: CommonOptions) =>
      runCommand(
        options,
        async session => (await showCustomer(...(await request(session, customer)))).map(wireFile),
        files =>
          files.flatMap(({ customer_id, erased_at, statements }) => [
            erased_at === null ? customer_id : `${customer_id}\terased at ${erased_at}`,
            ...statements.flatMap(({ stated_at, details }) =>
              Object.entries(details).map(([field, value]) => `  ${field}\t${value}\tsince ${stated_at}`),
            ),
          ]),
      ),
    )
  withCommonOptions(customers.command('erase'))
    .description('erase a customer for good; his sales stay, without him')
    .argument('<customer>', WHO)
    .action((customer: string, options: CommonOptions) =>
      runCommand(
        options,
        async session => {
          const { customerIds, days } = await eraseCustomer(...(await request(session, customer)))
          return { customer_ids: customerIds, days }
        },
        ({ customer_ids, days }) => [
          `Erased: ${customer_ids.join(', ')}.`,
          days === 0
            ? 'No refined sale named him.'
            : `${days} days are refined and published without him by the next \`scout transform\` and \`scout publish\`, or by the running server.`,
        ],
      ),
    )
}

async function request(
  { home, database, tenant }: CommandSession,
  customer: string,
): Promise<Parameters<typeof showCustomer>> {
  const { personal } = await ensureSecrets(home.secrets)
  const asked = readArgument(customerRequest, { customer }, 'customer').customer
  const actor = { kind: 'system' } as const
  return [database.pool, await tenant(), personal(), { customer: asked, actor, now: new Date() }]
}
