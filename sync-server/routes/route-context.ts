import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { ServerConfig } from '../config.ts'
import type { Pool } from '../database/pool.ts'
import type { AccessTokens } from '../identity/access-tokens.ts'
import type { JobQueue } from '../jobs/job-queue.ts'
import type { Keyring } from '../personal/personal-keys.ts'
import type { Metrics } from '../plugins/metrics.ts'
import type { BlobStore } from '../publishing/blob-store.ts'

/** The application as routes see it: schemas give their handlers their types. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>

/** What routes work with. */
export interface RouteContext {
  readonly config: ServerConfig
  readonly pool: Pool
  readonly tokens: AccessTokens
  readonly blobs: BlobStore
  readonly jobs: JobQueue
  readonly metrics: Metrics
  readonly personal: Keyring
}
