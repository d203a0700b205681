import { registerModels } from '../medallion/register-models.ts'
import { loadPack } from '../reference/load-pack.ts'
import { openPack, packDirectory } from '../reference/pack-files.ts'
import { openEmbedded } from './embedded.ts'
import { migrate } from './migrate.ts'
import { createPool, type Pool } from './pool.ts'
import { ensureTemplate } from './template.ts'

export interface Database {
  readonly kind: 'embedded' | 'postgres'
  readonly pool: Pool
  /** For a library that opens its own connections, such as the job queue. */
  readonly connectionString: string
  close(): Promise<void>
}

export interface OpenDatabaseOptions {
  /** A Postgres 15+ with PostGIS; without one the embedded engine serves. */
  readonly url?: string | undefined
  /** Data directory of the embedded engine. */
  readonly directory: string
}

/** Everyone shares the embedded engine's one backend: more connections only wait longer, and a long transform is waited for. */
const EMBEDDED = { max: 4, waitMs: 5 * 60_000 }

/** Opens the database and brings it up to date: migrations, then the geography. Safe to repeat. */
export async function openDatabase({ url, directory }: OpenDatabaseOptions): Promise<Database> {
  const engine = url === undefined ? await startEmbedded(directory) : undefined
  const connectionString = engine?.connectionString ?? url ?? ''
  const pool = createPool(connectionString, engine === undefined ? {} : EMBEDDED)
  const close = async () => {
    await pool.end()
    await engine?.close()
  }
  try {
    await prepareDatabase(pool)
  } catch (error) {
    await close()
    throw error
  }
  return { kind: engine === undefined ? 'postgres' : 'embedded', pool, connectionString, close }
}

/** Migrations, reference data, transforms: what a database has before the first tenant. */
export async function prepareDatabase(pool: Pool): Promise<void> {
  await migrate(pool)
  await loadPack(pool, openPack(packDirectory(PACK)))
  await registerModels(pool)
}

/** The pack that this installation serves. */
const PACK = 'ph'

async function startEmbedded(directory: string) {
  return openEmbedded({ directory, template: await ensureTemplate({ prepare: prepareDatabase }) })
}
