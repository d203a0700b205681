import { existsSync } from 'node:fs'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { startServer } from '../start-server.ts'
import { type CommonOptions, databaseUrl, print, withCommonOptions } from './command-session.ts'

interface ServeOptions extends CommonOptions {
  readonly port: number
  readonly host: string
  readonly app?: string
  readonly logLevel: string
  readonly trustProxy?: boolean
  readonly metricsToken?: string
}

const BUILT_APPLICATION = 'dist/renderer'
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const

/** `scout serve`: until SIGINT or SIGTERM, and then what is under way is answered first. */
export function addServeCommand(program: Command): void {
  withCommonOptions(program.command('serve'))
    .description('serve the interface and the application')
    .option('--port <number>', 'port to listen on; 0 takes a free one', portNumber, 4180)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--app <directory>', `the built application; ${BUILT_APPLICATION} where that is built`)
    .addOption(new Option('--log-level <level>', 'how much is logged').choices(LOG_LEVELS).default('info'))
    .option(
      '--metrics-token <token>',
      'who shows it may read /metrics from anywhere; else only this machine may (SCOUT_METRICS_TOKEN)',
    )
    .option('--trust-proxy', 'believe X-Forwarded-* headers: only behind a proxy that sets them')
    .action(serve)
}

async function serve(options: ServeOptions): Promise<void> {
  const server = await startServer({
    home: options.home,
    databaseUrl: databaseUrl(options),
    port: options.port,
    host: options.host,
    appDir: options.app ?? (existsSync(BUILT_APPLICATION) ? BUILT_APPLICATION : undefined),
    config: {
      logLevel: options.logLevel,
      trustProxy: options.trustProxy ?? false,
      metricsToken: options.metricsToken ?? process.env.SCOUT_METRICS_TOKEN ?? null,
    },
  })
  print([options.json ? JSON.stringify({ url: server.url }) : `Scout listens at ${server.url}`])
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      server.close().then(resolve, reject)
    }
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
  })
}

function portNumber(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError('It is no port.')
  return port
}
