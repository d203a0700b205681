import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Umzug } from 'umzug'
import { ScoutError } from '../../app/errors.ts'
import type { Pool, Transaction } from './pool.ts'
import { fromDatabase } from './postgres-errors.ts'
import { sqlDirectory } from './sql-directory.ts'

interface Migration {
  readonly name: string
  readonly sql: string
  readonly sha256: string
}

/** `sql/migrations/NNNN_name.sql`, in order. Each runs once, as it is, in a transaction of its own. */
export function readMigrations(): Migration[] {
  const directory = join(sqlDirectory(), 'migrations')
  return readdirSync(directory)
    .filter(file => /^\d{4}_[a-z0-9_]+\.sql$/.test(file))
    .sort()
    .map(file => {
      const sql = readFileSync(join(directory, file), 'utf8')
      return { name: file.slice(0, -'.sql'.length), sql, sha256: sha256(sql) }
    })
}

/**
 * Brings the database up to the newest migration, as the connection's own user (who owns the schema). Two servers that start
 * together take turns.
 *
 * @returns the names of the migrations that it ran.
 * @throws ScoutError `migration_changed` when one that ran before reads differently now, or is gone.
 */
export async function migrate(pool: Pool): Promise<string[]> {
  const migrations = readMigrations()
  await inOwnersTransaction(pool, tx =>
    tx.query(`
      create schema if not exists scout;
      create table if not exists scout.schema_migrations (
        name text primary key,
        sha256 text not null,
        applied_at timestamptz not null
      )`),
  )
  await refuseChanged(pool, migrations)
  const umzug = new Umzug({
    migrations: migrations.map(migration => ({
      name: migration.name,
      up: () => inOwnersTransaction(pool, tx => apply(tx, migration)),
    })),
    storage: {
      executed: async () => [...(await applied(pool)).keys()],
      // Recorded by `apply`, in the transaction of the migration itself.
      logMigration: async () => undefined,
      unlogMigration: async () => {
        throw new ScoutError('internal', { message: 'Migrations only go forward.' })
      },
    },
    logger: undefined,
  })
  try {
    return (await umzug.up()).map(done => done.name)
  } catch (error) {
    throw fromDatabase(error instanceof Error && error.cause !== undefined ? error.cause : error)
  }
}

async function apply(tx: Transaction, migration: Migration): Promise<void> {
  const { rows } = await tx.query('select sha256 from scout.schema_migrations where name = $1', [
    migration.name,
  ])
  if (rows.length > 0) return
  await tx.query(migration.sql)
  await tx.query('insert into scout.schema_migrations (name, sha256, applied_at) values ($1, $2, now())', [
    migration.name,
    migration.sha256,
  ])
}

async function refuseChanged(pool: Pool, migrations: readonly Migration[]): Promise<void> {
  const known = new Map(migrations.map(({ name, sha256 }) => [name, sha256]))
  const changed = [...(await applied(pool))]
    .filter(([name, hash]) => known.get(name) !== hash)
    .map(([name]) => name)
  if (changed.length > 0) throw new ScoutError('migration_changed', { details: { migrations: changed } })
}

async function applied(pool: Pool): Promise<Map<string, string>> {
  const { rows } = await pool.query('select name, sha256 from scout.schema_migrations order by name')
  return new Map(rows.map(({ name, sha256 }) => [String(name), String(sha256)]))
}

/**
 * A transaction of the connection's own user, who owns the schema. One at a time over all servers: the lock ends with the transaction,
 * so that it cannot leak between connections.
 */
export async function inOwnersTransaction(
  pool: Pool,
  body: (tx: Transaction) => Promise<unknown>,
): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query("begin; select pg_advisory_xact_lock(hashtext('scout.schema_migrations'))")
    await body(client)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw fromDatabase(error)
  } finally {
    client.release()
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
