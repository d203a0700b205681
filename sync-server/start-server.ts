import type { LongWork } from '../app/contracts/long-work.ts'
import type { TenantId } from '../app/domain/ids.ts'
import { listTenants, tenantsWithTouchedDays } from './catalogue/tenants.ts'
import { DEFAULTS, type ServerConfig } from './config.ts'
import { type Database, openDatabase } from './database/open.ts'
import type { Pool } from './database/pool.ts'
import { homeAt } from './home.ts'
import { type JobQueue, startJobQueue } from './jobs/job-queue.ts'
import type { MedallionRun } from './medallion/runner.ts'
import { type BlobStore, fileBlobStore } from './publishing/blob-store.ts'
import type { PublishOutcome } from './publishing/publish.ts'
import { ensureSigningKeys, type SigningKeys } from './publishing/signing-keys.ts'
import { ensureTrustRoot } from './publishing/trust-root.ts'
import { ensureSecrets } from './secrets.ts'
import { buildServer } from './server.ts'
import { type PublishRequest, publishTenant, transformTenant } from './work.ts'

export interface StartOptions {
  /** Directory of everything outside the database, and of the embedded one. */
  readonly home: string
  /** A Postgres 15+ with PostGIS; without one the embedded database serves. */
  readonly databaseUrl?: string | undefined
  /** 0 takes any free port. */
  readonly port?: number | undefined
  readonly host?: string | undefined
  /** The built application; without one only the interface is served. */
  readonly appDir?: string | undefined
  readonly config?: Partial<Omit<ServerConfig, 'sessionKey' | 'appDir'>> | undefined
}

export interface RunningServer {
  /** Origin that it listens on. */
  readonly url: string
  readonly pool: Pool
  readonly blobs: BlobStore
  readonly keys: SigningKeys
  readonly jobs: JobQueue
  /** Runs the transforms of a tenant now, in this process. */
  transform(tenant: TenantId, work?: LongWork): Promise<MedallionRun>
  /** Publishes what changed of a tenant, in this process. */
  publish(tenant: TenantId, request?: PublishRequest, work?: LongWork): Promise<PublishOutcome>
  /** Answers what is under way, stops jobs, closes the database. */
  close(): Promise<void>
}

/** How long a closing server waits for answers under way. */
const DRAIN_MS = 5_000

/** Opens the database, makes keys and secrets at first start, and listens. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const home = homeAt(options.home)
  const database = await openDatabase({ url: options.databaseUrl, directory: home.database })
  try {
    const secrets = await ensureSecrets(home.secrets)
    const keys = await ensureSigningKeys(home.keys)
    const config: ServerConfig = {
      ...DEFAULTS,
      ...options.config,
      sessionKey: secrets.sessionKey,
      appDir: options.appDir ?? null,
    }
    return await listen(options, database, fileBlobStore(home.blobs), keys, config)
  } catch (error) {
    await database.close()
    throw error
  }
}

async function listen(
  options: StartOptions,
  database: Database,
  blobs: BlobStore,
  keys: SigningKeys,
  config: ServerConfig,
): Promise<RunningServer> {
  const { pool } = database
  const parts = { pool, blobs, keys, now: config.now }
  const jobs = await startJobQueue({
    pool,
    handlers: {
      transform: ({ tenantId }, work) => transformTenant(parts, tenantId, work),
      publish: ({ tenantId, ...request }, work) => publishTenant(parts, tenantId, request, work),
    },
    onError: error => app.log.error({ err: error }, 'job failed'),
  })
  const app = await buildServer({ config, pool, blobs, jobs })
  const close = async () => {
    // Whoever does not take his answer by then loses it: a stalled download must not hold a restart up.
    const patience = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS)
    await app.close()
    clearTimeout(patience)
    await jobs.close()
    await database.close()
  }
  try {
    for (const tenant of await listTenants(pool)) {
      await ensureTrustRoot(pool, tenant, keys, config.now())
    }
    for (const tenant of await tenantsWithTouchedDays(pool)) jobs.scheduleTransform(tenant)
    const url = await app.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' })
    return {
      url,
      pool,
      blobs,
      keys,
      jobs,
      transform: (tenant, work = {}) => transformTenant(parts, tenant, work),
      publish: (tenant, request = {}, work = {}) => publishTenant(parts, tenant, request, work),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
