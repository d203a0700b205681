import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ScoutError } from '../../app/errors.ts'
import { packArchive } from './archive.ts'
import { openEmbedded } from './embedded.ts'
import { createPool, type Pool } from './pool.ts'
import { sqlDirectory } from './sql-directory.ts'

/**
 * The embedded database as it is before the first sale: initialised, migrated, the geography loaded. Making it takes half a minute,
 * starting from it two seconds, so it is made once (at install or build) and kept as `.cache/embedded/<hash>.tar.gz`.
 */
export interface TemplateOptions {
  /** Where templates are kept. */
  readonly cache?: string
  /** Brings an empty database to the state to keep, such as `prepareDatabase`. */
  readonly prepare: (pool: Pool) => Promise<unknown>
}

/** Raise it when what the archive holds changes without its inputs changing. */
const FORMAT = 1

/** The template's file, made first when there is none for this very SQL, reference data and engine. */
export async function ensureTemplate({ cache = defaultCache(), prepare }: TemplateOptions): Promise<string> {
  const file = join(cache, `${databaseHash()}.tar.gz`)
  if (existsSync(file)) return file
  const draft = mkdtempSync(join(tmpdir(), 'scout-template-'))
  const directory = join(draft, 'database')
  let current = ''
  try {
    const engine = await openEmbedded({ directory, durable: false })
    const pool = createPool(engine.connectionString, { max: 2 })
    try {
      await prepare(pool)
      // Nothing analyses by itself here, and the first queries should know the reference tables.
      await pool.query('vacuum analyze')
      current = await freshWalSegment(pool)
    } finally {
      await pool.end()
      await engine.close()
    }
    dropOtherWal(join(directory, 'pg_wal'), current)
    packArchive(directory, file)
    return file
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

/** Starts a new segment of the write-ahead log and a checkpoint in it: what lies before is not needed any more. */
async function freshWalSegment(pool: Pool): Promise<string> {
  await pool.query('select pg_switch_wal()')
  await pool.query('checkpoint')
  const { rows } = await pool.query('select pg_walfile_name(pg_current_wal_lsn()) as name')
  return String(rows[0]?.name)
}

/** Segments kept for reuse are most of an archive, and worth nothing in it. */
function dropOtherWal(directory: string, current: string): void {
  for (const name of readdirSync(directory)) {
    if (/^[0-9A-F]{24}$/.test(name) && name !== current) rmSync(join(directory, name))
  }
}

/** What the content of a fresh database depends on. */
export function databaseHash(): string {
  const hash = createHash('sha256').update(`format ${FORMAT}\n`)
  for (const directory of ['migrations', ...referenceDirectories()]) {
    for (const name of readdirSync(join(sqlDirectory(), directory)).sort()) {
      hash.update(`${directory}/${name}\0`).update(readFileSync(join(sqlDirectory(), directory, name)))
    }
  }
  for (const name of ['pglite', 'pglite-postgis']) hash.update(`${name}@${packageVersion(name)}\n`)
  return hash.digest('hex').slice(0, 16)
}

function referenceDirectories(): string[] {
  return readdirSync(join(sqlDirectory(), 'reference'))
    .sort()
    .map(pack => `reference/${pack}`)
}

function defaultCache(): string {
  return join(dirname(sqlDirectory()), '.cache', 'embedded')
}

function packageVersion(name: string): string {
  // The packages export no package.json, so it is found beside their entry.
  for (let directory = dirname(import.meta.dirname); ; directory = dirname(directory)) {
    const file = join(directory, 'node_modules', '@electric-sql', name, 'package.json')
    if (existsSync(file)) return String(JSON.parse(readFileSync(file, 'utf8')).version)
    if (dirname(directory) === directory) {
      throw new ScoutError('internal', { message: `@electric-sql/${name} is not installed.` })
    }
  }
}
