import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packArchive, unpackArchive } from '../../sync-server/database/archive.ts'

/** A Postgres of this test process alone: started on a Unix socket in a temporary directory, gone when stopped. */
export interface ThrowAwayPostgres {
  /** Connection string of a database of that cluster. */
  url(database: string): string
  /** Stops it and keeps its data as an archive that `startPostgres` starts from. */
  stopInto(archive: string): void
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

/** Its major version, such as `15`. */
export function postgresVersion(): string {
  return binaries()?.split('/').at(-2) ?? 'none'
}

/**
 * Starts a cluster, empty or from an archive. Durability is off: it lives as long as the test; `overrides` may say otherwise.
 * Postgres refuses root, so as root everything runs as the user `postgres`.
 */
export function startPostgres(
  archive?: string,
  overrides: Readonly<Record<string, string>> = {},
): ThrowAwayPostgres {
  const bin = binaries()
  if (bin === undefined) throw new Error(postgresMissing())
  const root = mkdtempSync(join(tmpdir(), 'scout-pg-'))
  const data = join(root, 'data')
  if (archive !== undefined) {
    mkdirSync(data, { mode: 0o700 })
    unpackArchive(archive, data)
  }
  if (isRoot()) execFileSync('chown', ['-R', 'postgres', root])
  if (archive === undefined) {
    run(join(bin, 'initdb'), ['-D', data, ...'-U scout -A trust -E UTF8 --locale=C --no-sync'.split(' ')])
  }
  const settings = {
    listen_addresses: '',
    unix_socket_directories: root,
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    shared_buffers: '128MB',
    max_wal_size: '2GB',
    min_wal_size: '32MB',
    max_connections: '60',
    autovacuum: 'off',
    ...overrides,
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value || "''"}`])
  const log = join(root, 'log')
  run(join(bin, 'pg_ctl'), ['-D', data, '-w', '-s', '-l', log, '-o', options.join(' '), 'start'])

  let stopped = false
  const end = (mode: 'fast' | 'immediate', keep?: string) => {
    if (stopped) return
    stopped = true
    process.off('exit', stop)
    run(join(bin, 'pg_ctl'), ['-D', data, '-w', '-s', '-m', mode, 'stop'])
    if (keep !== undefined) packArchive(data, keep)
    rmSync(root, { recursive: true, force: true })
  }
  const stop = () => end('immediate')
  process.on('exit', stop)
  return {
    url: database => `postgresql://scout@/${database}?host=${encodeURIComponent(root)}`,
    stopInto: archive => end('fast', archive),
    stop,
  }
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
