import { z } from 'zod'
import { ScoutError } from '../../app/errors.ts'
import { REFUSALS } from './error-responses.ts'
import type { App, RouteContext } from './route-context.ts'

/** For those who run the server: is it alive, can it work, what does it measure. */
export function healthRoutes(app: App, { pool, metrics }: RouteContext): void {
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
  app.get('/metrics', { schema: { tags: ['health'] } }, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  )
}
