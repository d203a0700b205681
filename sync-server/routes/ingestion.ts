import type { FastifyReply, FastifyRequest, RequestPayload } from 'fastify'
import { z } from 'zod'
import {
  BATCH_MEDIA_TYPE,
  BATCH_SIGNATURE_HEADER,
  batchResponse,
  MAX_BATCH_BYTES,
} from '../../app/contracts/device.ts'
import { PATHS } from '../../app/contracts/http.ts'
import { ScoutError } from '../../app/errors.ts'
import { Admission } from '../ingestion/admission.ts'
import { ingestBatch } from '../ingestion/ingest-batch.ts'
import { deviceOf } from '../plugins/access.ts'
import { BEARER, REFUSALS } from './error-responses.ts'
import type { App, RouteContext } from './route-context.ts'

/** An agent gives its request up after this time. */
const READING_MS = 60_000

/** Sales from devices. Answered after commit: what has an outcome may leave the outbox. */
export function ingestionRoutes(app: App, { config, pool, jobs, metrics, personal }: RouteContext): void {
  app.addContentTypeParser(
    BATCH_MEDIA_TYPE,
    { parseAs: 'buffer', bodyLimit: MAX_BATCH_BYTES },
    async (_request: unknown, body: string | Buffer) => body,
  )

  const admission = new Admission(config.ingestion)
  metrics.watchIngestion(admission)

  /** Nothing of a body is read before there is room for it; what a slow sender then does not send in time is not waited for. */
  async function waitForRoom(request: FastifyRequest, reply: FastifyReply, payload: RequestPayload) {
    const length = Number(request.headers['content-length'])
    // The parser refuses it by its length alone.
    if (length > MAX_BATCH_BYTES) return payload
    const leave = await admission.toRead(deviceOf(request), Number.isNaN(length) ? undefined : length)
    const late = setTimeout(() => request.raw.destroy(), READING_MS)
    payload.once('end', () => clearTimeout(late))
    reply.raw.once('close', () => {
      clearTimeout(late)
      leave()
    })
    if (reply.raw.destroyed) leave()
    return payload
  }

  app.post(
    PATHS.batches,
    {
      bodyLimit: MAX_BATCH_BYTES,
      config: { access: 'device' },
      preParsing: waitForRoom,
      schema: {
        tags: ['ingestion'],
        security: BEARER,
        description:
          'gzip of NDJSON: a header line, then one line a sale. Every seq of the header gets one outcome; a batch-wide error stores nothing.',
        consumes: [BATCH_MEDIA_TYPE],
        body: z.unknown().describe('gzip; line 1 is the header, line i + 1 the sale with seqs[i]'),
        headers: z.looseObject({ [BATCH_SIGNATURE_HEADER]: z.string().max(128).optional() }),
        response: { 200: batchResponse, ...REFUSALS },
      },
    },
    async (request, reply) => {
      const device = deviceOf(request)
      if (request.headers['content-encoding'] !== 'gzip' || !Buffer.isBuffer(request.body)) {
        throw new ScoutError('encoding_unsupported')
      }
      const signature = request.headers[BATCH_SIGNATURE_HEADER]
      if (typeof signature !== 'string') throw new ScoutError('signature_invalid')
      const receivedAt = config.now()
      const parts = { pool, keys: personal(), admission }
      const { body, signal } = request
      const { outcomes, writtenAt } = await ingestBatch(parts, {
        device,
        body,
        signature,
        receivedAt,
        signal,
      })
      for (const [outcome, sales] of Map.groupBy(outcomes, one => one.outcome))
        metrics.sales.inc({ outcome }, sales.length)
      const committedAt = config.now().getTime()
      for (const at of writtenAt) metrics.sourceToBronze.observe(Math.max(0, committedAt - at) / 1000)
      if (outcomes.some(({ outcome }) => outcome === 'accepted')) jobs.scheduleTransform(device.tenantId)
      // Typed already: holding every outcome to the schema once more takes as long as reading the sale.
      reply.serializer(JSON.stringify)
      return { outcomes: [...outcomes], server_time: config.now().toISOString() }
    },
  )
}
