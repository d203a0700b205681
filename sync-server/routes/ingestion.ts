import { z } from 'zod'
import {
  BATCH_MEDIA_TYPE,
  BATCH_SIGNATURE_HEADER,
  batchResponse,
  MAX_BATCH_BYTES,
} from '../../app/contracts/device.ts'
import { PATHS } from '../../app/contracts/http.ts'
import { ScoutError } from '../../app/errors.ts'
import { ingestBatch } from '../ingestion/ingest-batch.ts'
import { deviceOf } from '../plugins/access.ts'
import { BEARER, REFUSALS } from './error-responses.ts'
import type { App, RouteContext } from './route-context.ts'

/** Sales from devices. Answered after commit: what has an outcome may leave the outbox. */
export function ingestionRoutes(app: App, { config, pool, jobs, metrics, personal }: RouteContext): void {
  app.addContentTypeParser(
    BATCH_MEDIA_TYPE,
    { parseAs: 'buffer', bodyLimit: MAX_BATCH_BYTES },
    async (_request: unknown, body: string | Buffer) => body,
  )

  app.post(
    PATHS.batches,
    {
      bodyLimit: MAX_BATCH_BYTES,
      config: { access: 'device' },
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
    async request => {
      const device = deviceOf(request)
      if (request.headers['content-encoding'] !== 'gzip' || !Buffer.isBuffer(request.body)) {
        throw new ScoutError('encoding_unsupported')
      }
      const signature = request.headers[BATCH_SIGNATURE_HEADER]
      if (typeof signature !== 'string') throw new ScoutError('signature_invalid')
      const receivedAt = config.now()
      const outcomes = await ingestBatch(pool, personal(), {
        device,
        body: request.body,
        signature,
        receivedAt,
      })
      for (const { outcome } of outcomes) metrics.sales.inc({ outcome })
      if (outcomes.some(({ outcome }) => outcome === 'accepted')) jobs.scheduleTransform(device.tenantId)
      return { outcomes, server_time: config.now().toISOString() }
    },
  )
}
