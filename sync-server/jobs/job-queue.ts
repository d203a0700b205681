import { type JobResult, type JobWithMetadata, type Job as Message, PgBoss } from 'pg-boss'
import { z } from 'zod'
import { errorBody, type Job, job } from '../../app/contracts/http.ts'
import type { LongWork, Progress } from '../../app/contracts/long-work.ts'
import { semanticVersion, type TenantId, tenantId, userId } from '../../app/domain/ids.ts'
import { fromWireError, ScoutError, toWireError, type WireError } from '../../app/errors.ts'
import type { Pool } from '../database/pool.ts'
import { debounce } from './debounce.ts'

/*
 * INVARIANTS
 *  1. Of a tenant one transform runs and at most one more waits: the waiting one sees everything that arrived before it starts.
 *  2. Of a tenant one publication runs or waits; asking for another is `busy`.
 *  3. A job is seen by its own tenant alone.
 */

const publishJob = z.object({
  tenantId,
  version: semanticVersion.optional(),
  note: z.string(),
  publishedBy: userId.nullable(),
})
type PublishJob = z.infer<typeof publishJob>
const transformJob = z.object({ tenantId })

/** The work itself, for one tenant. What it returns is the job's result, as JSON. */
interface JobHandlers {
  transform(job: { readonly tenantId: TenantId }, work: LongWork): Promise<object>
  publish(job: PublishJob, work: LongWork): Promise<object>
}

export interface JobQueue {
  /** A transform once ingestion rests. Until then it is only noted here; what there is to do stands in the database. */
  scheduleTransform(tenant: TenantId): void
  /** No scheduled transform begins until what this gives is called: for a bulk of sales that is refined once, at its end. */
  holdTransforms(): () => void
  /** A transform now. */
  transform(tenant: TenantId): Promise<Job>
  /** @throws ScoutError `busy` */
  publish(tenant: TenantId, request: Omit<PublishJob, 'tenantId'>): Promise<Job>
  /** @throws ScoutError `not_found` */
  status(tenant: TenantId, jobId: string): Promise<Job>
  /** Tells running jobs to stop, waits for them, stops polling. */
  close(): Promise<void>
}

export interface JobQueueOptions {
  readonly pool: Pool
  readonly handlers: JobHandlers
  readonly onError: (error: unknown) => void
  /** How long ingestion must rest before a transform, and how long a transform waits at most. */
  readonly debounce?: { readonly quietMs: number; readonly maxMs: number }
}

const DEBOUNCE = { quietMs: 2_000, maxMs: 60_000 }

const KINDS = ['transform', 'publish'] as const
type Kind = (typeof KINDS)[number]
const HOUR_S = 3600

export async function startJobQueue(options: JobQueueOptions): Promise<JobQueue> {
  const { pool, handlers } = options
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) },
    registerInstance: false,
    schedule: false,
    monitorVacuum: false,
    reindex: false,
  })
  boss.on('error', options.onError)
  await boss.start()
  await boss.createQueue('transform', {
    policy: 'stately',
    retryLimit: 2,
    retryBackoff: true,
    expireInSeconds: HOUR_S,
  })
  await boss.createQueue('publish', { policy: 'exclusive', retryLimit: 0, expireInSeconds: HOUR_S })

  const stopping = new AbortController()
  /** Of the jobs that run in this process. */
  const progress = new Map<string, Progress>()

  async function perform(
    message: Message<object>,
    handle: (work: LongWork) => Promise<object>,
  ): Promise<JobResult> {
    const { id } = message
    try {
      const output = await handle({
        signal: stopping.signal,
        onProgress: report => progress.set(id, report),
      })
      return { id, status: 'completed', output }
    } catch (error) {
      options.onError(error)
      return { id, status: 'failed', output: toWireError(error) }
    } finally {
      progress.delete(id)
    }
  }

  const workOptions = { pollingIntervalSeconds: 1, perJobResults: true, batchSize: 1 } as const
  const workers: Record<Kind, string> = {
    transform: await boss.work('transform', workOptions, async (messages: Message<object>[]) =>
      Promise.all(
        messages.map(m => perform(m, work => handlers.transform(transformJob.parse(m.data), work))),
      ),
    ),
    publish: await boss.work('publish', workOptions, async (messages: Message<object>[]) =>
      Promise.all(messages.map(m => perform(m, work => handlers.publish(publishJob.parse(m.data), work)))),
    ),
  }

  async function find(
    kind: Kind,
    tenant: TenantId,
    query: { id?: string; key?: string; queued?: boolean },
  ): Promise<Job[]> {
    const found = await boss.findJobs<{ tenantId?: string }>(kind, query)
    return found
      .filter(one => one.data?.tenantId === tenant)
      .map(one => describe(kind, one, progress.get(one.id)))
  }

  const soon = debounce(tenant => {
    // When this fails, the sales are committed and their days noted: the next transform takes them along.
    boss.send('transform', { tenantId: tenant }, { singletonKey: tenant }).catch(options.onError)
  }, options.debounce ?? DEBOUNCE)

  return {
    scheduleTransform: soon.request,
    holdTransforms: soon.hold,
    async transform(tenant) {
      const id = await boss.send('transform', { tenantId: tenant }, { singletonKey: tenant })
      boss.notifyWorker(workers.transform)
      const [waiting] = await find('transform', tenant, id === null ? { key: tenant, queued: true } : { id })
      if (waiting === undefined) throw new ScoutError('busy')
      return waiting
    },
    async publish(tenant, request) {
      const data: PublishJob = { tenantId: tenant, ...request }
      const id = await boss.send('publish', data, { singletonKey: tenant })
      if (id === null) throw new ScoutError('busy')
      boss.notifyWorker(workers.publish)
      const [queued] = await find('publish', tenant, { id })
      if (queued === undefined) throw new ScoutError('internal')
      return queued
    },
    async status(tenant, jobId) {
      for (const kind of KINDS) {
        const [found] = await find(kind, tenant, { id: jobId })
        if (found !== undefined) return found
      }
      throw new ScoutError('not_found')
    },
    async close() {
      soon.cancel()
      stopping.abort()
      await boss.stop({ graceful: true, timeout: 30_000 })
    },
  }
}

const STATES = {
  created: 'queued',
  retry: 'queued',
  active: 'active',
  completed: 'completed',
  cancelled: 'failed',
  failed: 'failed',
} as const

function describe(kind: Kind, message: JobWithMetadata<object>, running: Progress | undefined): Job {
  const state = STATES[message.state]
  return job.parse({
    job_id: message.id,
    kind,
    state,
    progress: running ?? null,
    error: state === 'failed' ? wireErrorOf(message.output) : null,
    result: state === 'completed' ? message.output : null,
  })
}

/** What the handler said; of a job that ended without it (it took too long, the process died), only that something went wrong. */
function wireErrorOf(output: unknown): WireError {
  const said = errorBody.safeParse(output)
  return said.success ? toWireError(fromWireError(said.data)) : toWireError(new ScoutError('internal'))
}
