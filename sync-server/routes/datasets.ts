import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { PATHS, snapshot } from '../../app/contracts/http.ts'
import { manifestEnvelope, rootEnvelope } from '../../app/contracts/manifest.ts'
import { sha256Hex } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import { withTenant } from '../database/tenant.ts'
import { EVERY_ROLE, userOf } from '../plugins/access.ts'
import type { BlobForm } from '../publishing/blob-store.ts'
import { findBlob, readManifest, readSnapshot } from '../publishing/readable.ts'
import { readNewestRoot } from '../publishing/trust-root.ts'
import { byteRange } from './byte-range.ts'
import { BEARER, REFUSALS } from './error-responses.ts'
import type { App, RouteContext } from './route-context.ts'

/** What never changes under its name; `private`, because it is one person's to read. */
const IMMUTABLE = 'private, max-age=31536000, immutable'
const REVALIDATE = 'private, no-cache'
const MEDIA_TYPES = { parquet: 'application/vnd.apache.parquet', geojson: 'application/geo+json' } as const

/** What is published, for those who may read it. */
export function datasetRoutes(app: App, { pool, blobs }: RouteContext): void {
  const common = { tags: ['datasets'], security: BEARER }
  const config = { access: EVERY_ROLE }
  const params = z.object({ sha256: sha256Hex })

  app.get(
    PATHS.root,
    { config, schema: { ...common, response: { 200: rootEnvelope, ...REFUSALS } } },
    async (request, reply) => {
      const { tenantId } = userOf(request)
      const envelope = await withTenant(pool, tenantId, tx => readNewestRoot(tx, tenantId))
      return sendBytes(reply, envelope, REVALIDATE)
    },
  )

  app.get(
    PATHS.snapshot,
    { config, schema: { ...common, response: { 200: snapshot, 304: z.void(), ...REFUSALS } } },
    async (request, reply) => {
      const readable = await readSnapshot(pool, userOf(request))
      reply.header('etag', readable.etag).header('cache-control', REVALIDATE)
      if (matches(request, readable.etag)) return reply.status(304).send()
      return reply.send(readable.snapshot)
    },
  )

  app.get(
    PATHS.manifest(':sha256'),
    { config, schema: { ...common, params, response: { 200: manifestEnvelope, ...REFUSALS } } },
    async (request, reply) =>
      sendBytes(reply, await readManifest(pool, userOf(request), request.params.sha256), IMMUTABLE),
  )

  app.get(
    PATHS.blob(':sha256'),
    {
      config,
      schema: {
        ...common,
        params,
        response: { 200: z.any(), 206: z.any(), 304: z.void(), 416: z.void(), ...REFUSALS },
        description:
          'The bytes of a partition. `Range` gives a part; GeoJSON comes gzip-compressed to those who take it whole.',
      },
    },
    async (request, reply) => {
      const { sha256 } = request.params
      const { format } = await findBlob(pool, userOf(request), sha256)
      const whole = request.headers.range === undefined
      const zipped =
        format === 'geojson' && whole && takesGzip(request) ? await blobs.size(sha256, 'gzip') : null
      const form: BlobForm = zipped === null ? 'identity' : 'gzip'
      const size = zipped ?? (await blobs.size(sha256, 'identity'))
      if (size === null) throw new ScoutError('blob_missing')
      const etag = form === 'gzip' ? `"${sha256}.gz"` : `"${sha256}"`
      reply.header('etag', etag).header('cache-control', IMMUTABLE).header('vary', 'accept-encoding')
      if (matches(request, etag)) return reply.status(304).send()
      reply.type(MEDIA_TYPES[format])
      if (form === 'gzip') reply.header('content-encoding', 'gzip')
      else reply.header('accept-ranges', 'bytes')
      const range = byteRange(rangeHeader(request, etag), size)
      if (range === 'unsatisfiable') {
        return reply.status(416).header('content-range', `bytes */${size}`).type('text/plain').send('')
      }
      if (range === null) return reply.header('content-length', size).send(blobs.read(sha256, form))
      return reply
        .status(206)
        .header('content-range', `bytes ${range.start}-${range.end}/${size}`)
        .header('content-length', range.end - range.start + 1)
        .send(blobs.read(sha256, form, range))
    },
  )
}

/** Bytes that were signed go out as they are: a buffer meets no serializer. */
function sendBytes(reply: FastifyReply, bytes: Buffer, cacheControl: string): FastifyReply {
  return reply.header('cache-control', cacheControl).type('application/json; charset=utf-8').send(bytes)
}

function matches(request: FastifyRequest, etag: string): boolean {
  const given = request.headers['if-none-match']
  return given?.split(',').some(tag => tag.trim().replace(/^W\//, '') === etag) ?? false
}

/** A range is of a certain file: under `If-Range` with another tag, everything is sent. */
function rangeHeader(request: FastifyRequest, etag: string): string | undefined {
  const condition = request.headers['if-range']
  return condition === undefined || condition === etag ? request.headers.range : undefined
}

function takesGzip(request: FastifyRequest): boolean {
  const accepted = request.headers['accept-encoding']
  return typeof accepted === 'string' && /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(accepted)
}
