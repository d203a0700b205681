import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { ScoutError } from '../../app/errors.ts'
import { REFUSALS } from './error-responses.ts'
import type { App, RouteContext } from './route-context.ts'

/** For those who run the server: is it alive, can it work, what does it measure. */
export function healthRoutes(app: App, { config, pool, metrics }: RouteContext): void {
  const ok = z.object({ status: z.literal('ok') })
  app.get('/healthz', { schema: { tags: ['health'], response: { 200: ok } } }, async () => ({
    status: 'ok' as const,
  }))
  app.get('/readyz', { schema: { tags: ['health'], response: { 200: ok, ...REFUSALS } } }, async () => {
    try {
      await pool.query('select 1')
    } catch (cause) {
      throw new ScoutError('database_unavailable', { cause })
    }
    return { status: 'ok' as const }
  })
  app.get('/metrics', { schema: { tags: ['health'] } }, async (request, reply) => {
    assertMayMeasure(request, config.metricsToken)
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
}

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])

/** Numbers of all tenants together are for whoever runs the server. @throws ScoutError `forbidden`, `token_invalid` */
function assertMayMeasure({ ip, headers }: FastifyRequest, token: string | null): void {
  if (token !== null) {
    const digest = (text: string) => createHash('sha256').update(text).digest()
    if (timingSafeEqual(digest(headers.authorization ?? ''), digest(`Bearer ${token}`))) return
    throw new ScoutError('token_invalid', { message: 'Send the metrics token as a bearer token.' })
  }
  // A proxy on this machine that is not told of would make everybody local.
  if (LOOPBACK.has(ip) && headers['x-forwarded-for'] === undefined) return
  throw new ScoutError('forbidden', {
    message:
      'Metrics are read on this machine. Start the server with --metrics-token to read them from elsewhere.',
  })
}
