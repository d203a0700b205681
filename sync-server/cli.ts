#!/usr/bin/env node
import { Command } from 'commander'
import { addBrandCommands } from './commands/brands.ts'
import { reportFailure } from './commands/command-session.ts'
import { addCustomerCommands } from './commands/customers.ts'
import { addDeadLetterCommands } from './commands/dead-letter.ts'
import { addDeviceCommands } from './commands/devices.ts'
import { addImportCommand } from './commands/import.ts'
import { addKeyCommands } from './commands/keys.ts'
import { addMedallionCommands } from './commands/medallion.ts'
import { addPeopleCommands } from './commands/people.ts'
import { addQuarantineCommands } from './commands/quarantine.ts'
import { addSaleCommands } from './commands/sales.ts'
import { addServeCommand } from './commands/serve.ts'
import { addWorkCommands } from './commands/work.ts'

/** `scout`: exit status 0 when it worked, 1 when it did not, 2 when the command line was wrong. */
const program = new Command('scout')
  .description('Scout sync server: takes in sales, refines and publishes them.')
  .showHelpAfterError()
  .exitOverride(error => process.exit(error.exitCode === 0 ? 0 : 2))

addServeCommand(program)
addPeopleCommands(program)
addDeviceCommands(program)
addWorkCommands(program)
addMedallionCommands(program)
addCustomerCommands(program)
addKeyCommands(program)
addImportCommand(program)
addBrandCommands(program)
addSaleCommands(program)
addQuarantineCommands(program)
addDeadLetterCommands(program)

try {
  await program.parseAsync()
} catch (error) {
  reportFailure(error, process.argv.includes('--json'))
}
