import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import fastify, { type FastifyBaseLogger } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { ScoutError } from '../app/errors.ts'
import type { ServerConfig } from './config.ts'
import type { Pool } from './database/pool.ts'
import { accessTokens } from './identity/access-tokens.ts'
import type { JobQueue } from './jobs/job-queue.ts'
import type { Keyring } from './personal/personal-keys.ts'
import { accessControl } from './plugins/access.ts'
import { application } from './plugins/application.ts'
import { cookieGuard } from './plugins/cookie-guard.ts'
import { errorAnswers, nothingThere, refuseStrange, refuseUnreadable } from './plugins/error-answers.ts'
import { metricsOf } from './plugins/metrics.ts'
import { openApi } from './plugins/openapi.ts'
import { securityHeaders } from './plugins/security-headers.ts'
import { storableBodies } from './plugins/storable-bodies.ts'
import type { BlobStore } from './publishing/blob-store.ts'
import { administrationRoutes } from './routes/administration.ts'
import { customerRoutes } from './routes/customers.ts'
import { datasetRoutes } from './routes/datasets.ts'
import { deviceRoutes } from './routes/devices.ts'
import { healthRoutes } from './routes/health.ts'
import { ingestionRoutes } from './routes/ingestion.ts'
import { peopleRoutes } from './routes/people.ts'
import type { App, RouteContext } from './routes/route-context.ts'
import { saleRoutes } from './routes/sales.ts'
import { waysBackRoutes } from './routes/ways-back.ts'

export interface ServerParts {
  readonly config: ServerConfig
  readonly log: FastifyBaseLogger
  readonly pool: Pool
  readonly blobs: BlobStore
  readonly jobs: JobQueue
  readonly personal: Keyring
}

/** Larger than any JSON request of people or devices; batches have a limit of their own. */
const JSON_BODY_LIMIT = 1 << 20

/** A full batch over a slow mobile connection, not a sender who never ends. */
const REQUEST_TIMEOUT_MS = 5 * 60_000

/** The HTTP server, ready to listen or to be asked with `inject`. Its parts belong to the caller, who closes them after it. */
export async function buildServer({ config, log, pool, blobs, jobs, personal }: ServerParts): Promise<App> {
  const app: App = fastify({
    loggerInstance: log,
    // The one proxy in front: what stands before its own entry in X-Forwarded-For was written by the sender.
    trustProxy: config.trustProxy ? (_address, hop) => hop === 0 : false,
    bodyLimit: JSON_BODY_LIMIT,
    // A request under way is answered while the server closes; new ones find the door shut.
    forceCloseConnections: 'idle',
    requestTimeout: REQUEST_TIMEOUT_MS,
    frameworkErrors: refuseStrange,
    clientErrorHandler: refuseUnreadable,
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)

  errorAnswers(app)
  await securityHeaders(app)
  await app.register(cookie)
  await app.register(rateLimit, {
    global: false,
    errorResponseBuilder: (_request, { ttl }) =>
      new ScoutError('rate_limited', { details: { retry_after_s: Math.ceil(ttl / 1000) } }),
  })
  cookieGuard(app)
  storableBodies(app)
  const tokens = accessTokens(config.sessionKey, config.now)
  accessControl(app, tokens)
  await openApi(app)

  const context: RouteContext = { config, pool, tokens, blobs, jobs, metrics: metricsOf(app), personal }
  // Swagger sees routes that are registered after it has loaded.
  await app.register(async scope => {
    const routes = scope.withTypeProvider<ZodTypeProvider>()
    peopleRoutes(routes, context)
    deviceRoutes(routes, context)
    ingestionRoutes(routes, context)
    datasetRoutes(routes, context)
    administrationRoutes(routes, context)
    customerRoutes(routes, context)
    healthRoutes(routes, context)
    saleRoutes(routes, context)
    waysBackRoutes(routes, context)
  })
  if (config.appDir === null) app.setNotFoundHandler(nothingThere)
  else await application(app, config.appDir)
  return app
}
