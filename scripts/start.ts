import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, Option } from 'commander'
import { asScoutError } from '../app/errors.ts'
import { defaultHome } from '../sync-server/home.ts'
import { type RunningServer, startServer } from '../sync-server/start-server.ts'
import { openApplication } from './open-application.ts'
import { prepareSample } from './sample/first-start.ts'
import type { SamplePerson } from './sample/people.ts'
import { SAMPLE_KINDS, type SampleKind } from './sample/sample.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

interface Options {
  readonly home: string
  readonly port: number
  readonly open: boolean
  readonly sample: SampleKind | 'none'
  readonly json: boolean
}

const program = new Command('npm start --')
  .description('Everything on one machine: server, sample data, and the application.')
  .option('--home <folder>', 'where everything is kept', defaultHome())
  .option('--port <number>', 'port to listen on, 0 for any free one', Number, 4180)
  .option('--no-open', 'print the address instead of opening the application')
  .addOption(
    new Option('--sample <which>', "simulated sales of all regions, the seed's CSV files, or nothing")
      .choices([...SAMPLE_KINDS, 'none'])
      .default('generated'),
  )
  .option('--json', 'print one JSON object when ready', false)
  .action(start)

await program.parseAsync().catch((thrown: unknown) => {
  const error = asScoutError(thrown)
  process.stderr.write(`${error.code === 'internal' ? describe(thrown) : error.message}\n`)
  process.exitCode = 1
})

async function start({ home, port, open, sample, json }: Options): Promise<void> {
  const began = performance.now()
  const say = (line: string) => {
    if (!json) process.stdout.write(`${line}\n`)
  }
  const folder = resolve(home)
  await mkdir(folder, { recursive: true })
  say(
    `Opening ${process.env.DATABASE_URL ? 'the database of DATABASE_URL' : `the embedded database in ${folder}`}`,
  )
  const server = await startServer({
    home: folder,
    databaseUrl: process.env.DATABASE_URL,
    port,
    appDir: resolve(ROOT, 'dist/renderer'),
    config: { logLevel: 'warn' },
  })
  stopOnSignal(server)
  const people = sample === 'none' ? [] : await prepareSample(server, folder, say, sample)
  const seconds = (performance.now() - began) / 1000
  if (json) process.stdout.write(`${JSON.stringify({ url: server.url, people, seconds })}\n`)
  else process.stdout.write(welcome(server.url, people, seconds))
  if (open) say(announce(openApplication(server.url, ROOT)))
}

function stopOnSignal(server: RunningServer): void {
  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) return
      stopping = true
      server.close().then(
        () => process.exit(0),
        () => process.exit(1),
      )
    })
  }
}

function welcome(url: string, people: readonly SamplePerson[], seconds: number): string {
  if (people.length === 0) {
    return [
      '',
      `Scout is ready at ${url} (${seconds.toFixed(1)} s). It is empty: \`npm run scout -- tenant add\` and \`user add\` make the first tenant and person.`,
      '',
    ].join('\n')
  }
  const rows = people.map(({ email, password, role, regions }) => {
    const scope = regions === null ? 'all regions' : `${regions.length} regions`
    return `  ${email.padEnd(30)} ${password.padEnd(14)} ${role}, ${scope}`
  })
  return [
    '',
    `Scout is ready at ${url} (${seconds.toFixed(1)} s). Sample data: synthetic, no real person or store.`,
    '',
    'Log in as',
    ...rows,
    '',
    'Then stop this with Ctrl+C or pull the network cable: what was synced stays usable.',
    '',
  ].join('\n')
}

function announce(opened: ReturnType<typeof openApplication>): string {
  if (opened === 'electron') return 'Opened in Electron.'
  if (opened === 'browser')
    return 'Opened in your browser. For the desktop application: npm run electron:install'
  return 'No screen here: open the address in a browser.'
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
}
