import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { openEmbedded } from '../../sync-server/database/embedded.ts'
import { prepareDatabase } from '../../sync-server/database/open.ts'
import { createPool, type Pool } from '../../sync-server/database/pool.ts'
import { databaseHash, ensureTemplate } from '../../sync-server/database/template.ts'
import { registerModels } from '../../sync-server/medallion/register-models.ts'
import { postgresMissing, postgresVersion, startPostgres } from './postgres.ts'

/** A migrated database with the geography loaded and no tenant, for one test file. */
export interface TestDatabase {
  readonly kind: Engine
  readonly pool: Pool
  readonly connectionString: string
  close(): Promise<void>
}

export const ENGINES = ['embedded', 'postgres'] as const
export type Engine = (typeof ENGINES)[number]

/** Why the engine cannot be tested here; `undefined` when it can. */
export function engineMissing(engine: Engine): string | undefined {
  return engine === 'postgres' ? postgresMissing() : undefined
}

/**
 * Runs the tests that `body` declares once on the embedded engine and once on a real Postgres, each on a database of its own that
 * `database()` gives inside the tests. Where there is no Postgres its tests are skipped, with the reason in their name.
 */
export function forEachEngine(body: (database: () => TestDatabase, engine: Engine) => void): void {
  for (const engine of ENGINES) {
    const missing = engineMissing(engine)
    const name =
      engine === 'embedded'
        ? 'on PGlite'
        : `on Postgres${missing === undefined ? '' : ` (skipped: ${missing})`}`
    describe.skipIf(missing !== undefined)(name, () => {
      let database: TestDatabase | undefined
      beforeAll(async () => {
        database = await openTestDatabase(engine)
      }, 120_000)
      afterAll(async () => {
        await database?.close()
      })
      body(() => {
        if (database === undefined) throw new Error('the database is open only inside tests and their hooks')
        return database
      }, engine)
    })
  }
}

export async function openTestDatabase(engine: Engine): Promise<TestDatabase> {
  return engine === 'embedded' ? openEmbeddedForTest() : openPostgresForTest()
}

async function openEmbeddedForTest(): Promise<TestDatabase> {
  const template = await ensureTemplate({ prepare: prepareDatabase })
  const root = mkdtempSync(join(tmpdir(), 'scout-embedded-'))
  const engine = await openEmbedded({ directory: join(root, 'database'), template, durable: false })
  const pool = createPool(engine.connectionString, { max: 4 })
  await registerModels(pool)
  return {
    kind: 'embedded',
    pool,
    connectionString: engine.connectionString,
    async close() {
      await pool.end()
      await engine.close()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

const DATABASE = 'scout'

/** From a cluster that was prepared once and is kept as an archive, as the embedded template is. `settings` are Postgres' own. */
export async function openPostgresForTest(
  settings: Readonly<Record<string, string>> = {},
): Promise<TestDatabase> {
  const cluster = startPostgres(await ensurePostgresTemplate(), settings)
  const connectionString = cluster.url(DATABASE)
  const pool = createPool(connectionString)
  await registerModels(pool)
  return {
    kind: 'postgres',
    pool,
    connectionString,
    async close() {
      await pool.end()
      cluster.stop()
    },
  }
}

async function ensurePostgresTemplate(): Promise<string> {
  const archive = join(
    import.meta.dirname,
    `../../.cache/postgres/${databaseHash()}-${postgresVersion()}.tar.gz`,
  )
  if (existsSync(archive)) return archive
  const cluster = startPostgres()
  try {
    const maintenance = createPool(cluster.url('postgres'), { max: 1 })
    await maintenance.query(`create database ${DATABASE}`)
    await maintenance.end()
    const pool = createPool(cluster.url(DATABASE))
    await prepareDatabase(pool)
    await pool.query('vacuum analyze')
    await pool.end()
    cluster.stopInto(archive)
  } finally {
    cluster.stop()
  }
  return archive
}
