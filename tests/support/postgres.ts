import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A Postgres of this test process alone: started on a Unix socket in a temporary directory, gone when stopped. */
export interface ThrowAwayPostgres {
  /** Connection string of a database of that cluster. */
  url(database: string): string
  stop(): void
}

/** Why no Postgres can be started here, in words for the test report; `undefined` when one can. */
export function postgresMissing(): string | undefined {
  if (binaries() === undefined) {
    return 'Postgres 15 or newer is not installed (npm run setup installs postgresql-15-postgis-3)'
  }
  if (isRoot() && !userExists('postgres'))
    return 'Postgres refuses to run as root and there is no user postgres'
  return undefined
}

/**
 * Starts a cluster. Durability is off: it lives as long as the test.
 * Postgres refuses root, so as root everything runs as the user `postgres`.
 */
export function startPostgres(): ThrowAwayPostgres {
  const bin = binaries()
  if (bin === undefined) throw new Error(postgresMissing())
  const root = mkdtempSync(join(tmpdir(), 'scout-pg-'))
  const data = join(root, 'data')
  if (isRoot()) execFileSync('chown', ['postgres', root])
  run(join(bin, 'initdb'), [
    '-D',
    data,
    '-U',
    'scout',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  ])
  const settings = {
    listen_addresses: '',
    unix_socket_directories: root,
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    shared_buffers: '128MB',
    max_wal_size: '2GB',
    max_connections: '60',
    autovacuum: 'off',
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value || "''"}`])
  run(join(bin, 'pg_ctl'), [
    '-D',
    data,
    '-w',
    '-s',
    '-l',
    join(root, 'log'),
    '-o',
    options.join(' '),
    'start',
  ])

  let stopped = false
  const stop = () => {
    if (stopped) return
    stopped = true
    process.off('exit', stop)
    run(join(bin, 'pg_ctl'), ['-D', data, '-w', '-s', '-m', 'immediate', 'stop'])
    rmSync(root, { recursive: true, force: true })
  }
  process.on('exit', stop)
  return { url: database => `postgresql://scout@/${database}?host=${encodeURIComponent(root)}`, stop }
}

function run(command: string, args: readonly string[]): void {
  const [file, rest] = isRoot() ? ['runuser', ['-u', 'postgres', '--', command, ...args]] : [command, args]
  // The server outlives pg_ctl and would hold an inherited pipe open.
  execFileSync(file, rest, { stdio: 'ignore', cwd: tmpdir() })
}

function binaries(): string | undefined {
  const base = '/usr/lib/postgresql'
  if (!existsSync(base)) return undefined
  return readdirSync(base)
    .filter(version => Number(version) >= 15)
    .sort((a, b) => Number(b) - Number(a))
    .map(version => join(base, version, 'bin'))
    .find(bin => existsSync(join(bin, 'initdb')) && existsSync(join(bin, 'pg_ctl')))
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

function userExists(name: string): boolean {
  try {
    execFileSync('id', [name], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
