import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Command, Option } from 'commander'
import { type Installed, install, showPlan, uninstall } from '../install/install.ts'
import { WHEN_FULL } from '../outbox/limits.ts'
import { DEFAULT_INTAKE_PORT } from '../sources/http-intake.ts'
import { portNumber } from './arguments.ts'

interface ServiceOptions {
  readonly root?: string
  readonly dryRun?: true
  readonly json?: true
}

interface InstallCommandOptions extends ServiceOptions {
  readonly node: string
  readonly bundle: string
  readonly port: number
  readonly maxBytes?: string
  readonly whenFull?: string
}

/** `edge-agent install | uninstall`. */
export function addServiceCommands(program: Command): void {
  withTarget(program.command('install'))
    .description('put the agent onto this machine as a hardened systemd service, with a user of its own')
    .addOption(
      new Option('--node <path>', 'the Node 24 to run it with').default(process.execPath).argParser(absolute),
    )
    .addOption(
      new Option('--bundle <file>', 'what to install')
        .default(fileURLToPath(import.meta.url), 'this bundle')
        .argParser(absolute),
    )
    .addOption(
      new Option('--port <n>', 'port of the intake on 127.0.0.1')
        .default(DEFAULT_INTAKE_PORT)
        .argParser(portNumber),
    )
    .option('--max-bytes <size>', 'room for waiting sales, such as 2GiB')
    .addOption(
      new Option('--when-full <policy>', 'refuse new sales, or give up the oldest').choices(WHEN_FULL),
    )
    .action((options: InstallCommandOptions) => {
      const report = install(options, options)
      print(
        options,
        report,
        options.dryRun ? `${showPlan(options)}\n${commandLines(report)}` : installed(report),
      )
    })
  withTarget(program.command('uninstall'))
    .description('take the service away; its user and its home stay, there may be sales in it')
    .action((options: ServiceOptions) => {
      const report = uninstall(options)
      print(options, report, `${report.files.map(file => `removed ${file}`).join('\n')}`)
    })
}

function withTarget(command: Command): Command {
  return command
    .option('--root <dir>', 'write below this directory and start nothing: for an image')
    .option('--dry-run', 'show what would be written and run')
    .option('--json', 'print the result as JSON')
}

function installed(report: Installed): string {
  const next =
    'Enrol the device now: edge-agent enrol --server URL --claim CODE --name NAME, then systemctl restart scout-agent'
  return [...report.files.map(file => `wrote ${file}`), next].join('\n')
}

function commandLines({ commands }: Installed): string {
  return ['# then', ...commands].join('\n')
}

function print(options: ServiceOptions, report: Installed, text: string): void {
  process.stdout.write(`${options.json ? JSON.stringify(report) : text}\n`)
}

function absolute(path: string): string {
  return resolve(path)
}
