import type { FastifyBaseLogger } from 'fastify'
import type { LongWork } from '../app/contracts/long-work.ts'
import type { TenantId } from '../app/domain/ids.ts'
import { ScoutError } from '../app/errors.ts'
import { listTenants } from './catalogue/tenants.ts'
import { DEFAULTS, type ServerConfig } from './config.ts'
import { openDatabase } from './database/open.ts'
import type { Pool } from './database/pool.ts'
import { homeAt } from './home.ts'
import { type JobQueue, startJobQueue } from './jobs/job-queue.ts'
import { startTimetable, type Timetable } from './jobs/timetable.ts'
import { createLog } from './log.ts'
import type { MedallionRun } from './medallion/runner.ts'
import { type BlobStore, fileBlobStore } from './publishing/blob-store.ts'
import type { PublishOutcome } from './publishing/publish.ts'
import { ensureSigningKeys, type SigningKeys } from './publishing/signing-keys.ts'
import { ensureTrustRoot } from './publishing/trust-root.ts'
import type { App } from './routes/route-context.ts'
import { ensureSecrets } from './secrets.ts'
import { buildServer } from './server.ts'
import { type PublishRequest, publishTenant, transformTenant, type WorkParts } from './work.ts'

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
  /** No transform begins by itself until what this gives is called: for a bulk of sales that is refined once, at its end. */
  holdTransforms(): () => void
  /** Runs the transforms of a tenant now, in this process. */
  transform(tenant: TenantId, work?: LongWork): Promise<MedallionRun>
  /** Publishes what changed of a tenant, in this process. */
  publish(tenant: TenantId, request?: PublishRequest, work?: LongWork): Promise<PublishOutcome>
  /** Answers what is under way, stops jobs, closes the database. */
  close(): Promise<void>
}

/** How long a closing server waits for answers under way. */
const DRAIN_MS = 5_000

/** Opens the database, makes keys and secrets at first start, and listens. What was opened before a failure is closed again. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  await using opened = new AsyncDisposableStack()
  const home = homeAt(options.home)
  const database = await openDatabase({ url: options.databaseUrl, directory: home.database })
  opened.defer(() => database.close())
  const { pool } = database
  const { sessionKey, personal } = await ensureSecrets(home.secrets)
  const keys = await ensureSigningKeys(home.keys)
  const blobs = fileBlobStore(home.blobs)
  const appDir = options.appDir ?? null
  const config: ServerConfig = { ...DEFAULTS, ...options.config, sessionKey, appDir }
  const log = createLog(config.logLevel)

  const parts: WorkParts = { pool, blobs, keys, now: config.now }
  // It needs the queue, and the queue tells it what changed.
  let timetable: Timetable | undefined
  const jobs = await startJobQueue({
    pool,
    handlers: {
      transform: ({ tenantId }, work) =>
        transformTenant(parts, tenantId, work, () => timetable?.dataChanged(tenantId)),
      publish: ({ tenantId, ...request }, work) => publishTenant(parts, tenantId, request, work),
    },
    onError: error => log.error({ err: error }, 'job failed'),
  })
  opened.defer(() => jobs.close())
  timetable = startTimetable({
    jobs,
    tenants: () => listTenants(pool),
    publishEveryMs: config.publishEveryMs,
    onError: error => log.error({ err: error }, 'scheduled work failed'),
  })
  opened.defer(() => timetable?.close())
  await resumeTenants(parts, jobs, log)

  const app = await buildServer({ config, log, pool, blobs, jobs, personal })
  opened.defer(() => drain(app))
  const url = await listen(app, options.host ?? '127.0.0.1', options.port ?? 0)
  const kept = opened.move()
  return {
    url,
    pool,
    blobs,
    keys,
    holdTransforms: jobs.holdTransforms,
    transform: (tenant, work = {}) => transformTenant(parts, tenant, work),
    publish: (tenant, request = {}, work = {}) => publishTenant(parts, tenant, request, work),
    close: () => kept.disposeAsync(),
  }
}

/** Sees to each tenant's root of trust, and to what arrived before the last stop, or came with new transforms, and was not refined. */
async function resumeTenants(
  { pool, keys, now }: WorkParts,
  jobs: JobQueue,
  log: FastifyBaseLogger,
): Promise<void> {
  for (const tenant of await listTenants(pool)) {
    try {
      await ensureTrustRoot(pool, tenant, keys, now())
    } catch (error) {
      if (!(error instanceof ScoutError && error.code === 'root_untrusted')) throw error
      // Sales must come in all the same; publishing refuses by itself.
      log.error({ err: error, tenant }, 'publishing is not possible with these keys')
    }
    jobs.scheduleTransform(tenant)
  }
}

async function listen(app: App, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ port, host })
  } catch (cause) {
    throw new ScoutError('busy', {
      message: `Nothing can listen at ${host}:${port}; another program may do so already. Choose another port or address.`,
      cause,
    })
  }
}

async function drain(app: App): Promise<void> {
  // Whoever does not take his answer by then loses it: a stalled download must not hold a restart up.
  const patience = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS)
  await app.close()
  clearTimeout(patience)
}
