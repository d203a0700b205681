import { resolve } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { Command, CommanderError, Option } from 'commander'
import { asScoutError, type ScoutError, toWireError } from '../app/errors.ts'
import { type Agent, createAgent } from './agent.ts'
import { readStatus } from './agent-status.ts'
import { portNumber, serverUrl } from './cli/arguments.ts'
import { EXIT_CODES, EXIT_HELP, exitCodeOf } from './cli/exit-codes.ts'
import { rejected } from './cli/rejected.ts'
import { rotate } from './cli/rotate.ts'
import { runAgent, runOnce } from './cli/run.ts'
import { addServiceCommands } from './cli/service-commands.ts'
import { statusText } from './cli/status-text.ts'
import { createLog } from './log.ts'
import { WHEN_FULL, type WhenFull } from './outbox/limits.ts'
import { simulateCommand } from './simulate/command.ts'
import { DEFAULT_INTAKE_PORT } from './sources/http-intake.ts'
import { AGENT_VERSION } from './version.ts'

interface Everywhere {
  readonly home: string
  readonly json?: true
}

interface RunOptions extends Everywhere {
  readonly folder?: string
  readonly port: number
  readonly maxBytes?: string
  readonly whenFull?: WhenFull
  readonly once?: true
}

const program = new Command('edge-agent')
  .description('Keeps the sales of a store on this device and sends them to the sync server.')
  .version(AGENT_VERSION)
  .exitOverride()
  .configureHelp({ showGlobalOptions: true })
  .addHelpText('after', EXIT_HELP)

program
  .command('enrol')
  .description('make a key on this device and present it to the server with a single-use claim code')
  .addOption(homeOption())
  .addOption(jsonOption())
  .requiredOption('--server <url>', 'address of the sync server', serverUrl)
  .requiredOption('--claim <code>', 'claim code from an administrator')
  .requiredOption('--name <name>', 'how people call this device')
  .action(async (options: Everywhere & { server: string; claim: string; name: string }) => {
    const agent = createAgent({ home: options.home })
    const { device_id, tenant_id, server } = await stopAfter(agent, agent.enrol(options))
    print(options, { device_id, tenant_id, server }, `Enrolled at ${server} as ${device_id} of ${tenant_id}.`)
  })

program
  .command('run')
  .description('take in sales from the folder and the local intake, and send them')
  .addOption(homeOption())
  .addOption(jsonOption())
  .addOption(new Option('--folder <dir>', 'folder to watch').env('SCOUT_AGENT_FOLDER'))
  .addOption(
    new Option('--port <n>', 'port of the intake on 127.0.0.1; 0 takes any free one')
      .env('SCOUT_AGENT_PORT')
      .default(DEFAULT_INTAKE_PORT)
      .argParser(portNumber),
  )
  .addOption(
    new Option('--max-bytes <size>', 'room for waiting sales, such as 2GiB').env('SCOUT_AGENT_MAX_BYTES'),
  )
  .addOption(
    new Option('--when-full <policy>', 'refuse new sales, or give up the oldest')
      .choices(WHEN_FULL)
      .env('SCOUT_AGENT_WHEN_FULL'),
  )
  .option('--once', 'take in what lies in the folder, send everything, and exit')
  .addHelpText('after', '\nOther settings stand in <home>/agent.json; options come first.')
  .action(async (options: RunOptions) => {
    const { home, port, once } = options
    const folder = resolve(options.folder ?? `${home}/inbox`)
    const settings = { max_bytes: options.maxBytes, when_full: options.whenFull }
    const log = createLog()
    const agent = createAgent({ home, port, folder, settings, log })
    if (once) {
      const report = await runOnce(agent)
      const { sales, rejected, sent, waiting } = report
      print(
        options,
        { ...report },
        `Took in ${sales} (rejected ${rejected}), sent ${sent}, ${waiting} waiting.`,
      )
      return
    }
    await runAgent(agent, log, url => {
      print(options, { intake: url, folder }, `Sales go to ${url}/v1/sales or into ${folder}`)
    })
  })

program
  .command('status')
  .description('what waits, what was rejected and why')
  .addOption(homeOption())
  .addOption(jsonOption())
  .action((options: Everywhere) => {
    const status = readStatus(options.home)
    print(options, { ...status }, statusText(status))
  })

program.addCommand(simulateCommand().copyInheritedSettings(program))
program
  .command('rejected')
  .description('what will not be sent: count it, write it to a file, forget it')
  .addOption(homeOption())
  .addOption(jsonOption())
  .option('--export <file>', 'write it there, one JSON object a line')
  .option('--clear', 'forget it; the agent must not run')
  .action((options: Everywhere & { export?: string; clear?: true }) => {
    const report = rejected(options)
    const where = report.exported === null ? '' : `, written to ${report.exported}`
    print(options, { ...report }, `${report.rejected} rejected${where}, ${report.cleared} forgotten.`)
  })

program
  .command('rotate-key')
  .description('give this device a new key; a running agent is asked to do it')
  .addOption(homeOption())
  .addOption(jsonOption())
  .action(async (options: Everywhere) => {
    const { key, key_since } = await rotate(options.home)
    print(options, { key, key_since }, `The device signs with a new key: ${key}.`)
  })

addServiceCommands(program)

// Memory is what a Pi has little of: the collector works harder for less. Measured with a million sales waiting: a quarter less resident.
setFlagsFromString('--optimize-for-size')

process.exitCode = await main()

async function main(): Promise<number> {
  try {
    await program.parseAsync()
    return EXIT_CODES.ok
  } catch (thrown) {
    // Commander has printed its own message; asking for help is no mistake.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage
    const error = asScoutError(thrown)
    const json = process.argv.includes('--json')
    process.stderr.write(`${json ? JSON.stringify(toWireError(error)) : `edge-agent: ${inFull(error)}`}\n`)
    return exitCodeOf(error)
  }
}

/** With what the message points at: the details, and of a fault of ours its reason. */
function inFull({ code, message, details, cause }: ScoutError): string {
  const reason = code === 'internal' && cause instanceof Error ? ` ${cause.message}` : ''
  return `${message}${reason}${details === undefined ? '' : `\n${JSON.stringify(details, null, 2)}`}`
}

async function stopAfter<T>(agent: Agent, work: Promise<T>): Promise<T> {
  try {
    return await work
  } finally {
    await agent.stop()
  }
}

function print(options: Everywhere, result: Record<string, unknown>, text: string): void {
  process.stdout.write(`${options.json ? JSON.stringify(result) : text}\n`)
}

function homeOption(): Option {
  return new Option('--home <dir>', 'holds the outbox, the keys and the enrolment')
    .env('SCOUT_AGENT_HOME')
    .default('.scout-agent')
    .argParser(text => resolve(text))
}

function jsonOption(): Option {
  return new Option('--json', 'print the result as JSON')
}
