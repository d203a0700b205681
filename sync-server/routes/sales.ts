import { z } from 'zod'
import { PATHS } from '../../app/contracts/http.ts'
import { ingestionStatus, saleVersion } from '../../app/contracts/ways-back.ts'
import { readIngestionStatus } from '../ingestion/ingestion-status.ts'
import { saleVersions } from '../ingestion/sale-versions.ts'
import { ADMINISTRATORS, userOf } from '../plugins/access.ts'
import { BEARER, REFUSALS } from './error-responses.ts'
import type { App, RouteContext } from './route-context.ts'

const MOST_HOURS = 24 * 366

/** The versions of a sale, and how far bronze is behind its sources. */
export function saleRoutes(app: App, { config: { now }, pool }: RouteContext): void {
  const common = { tags: ['ingestion'], security: BEARER }

  app.get(
    PATHS.sale(':store_id', ':transaction_id'),
    {
      config: { access: ADMINISTRATORS },
      schema: {
        ...common,
        params: z.object({ store_id: z.string(), transaction_id: z.string() }),
        response: { 200: z.array(saleVersion), ...REFUSALS },
      },
    },
    request => {
      const { store_id, transaction_id } = request.params
      return saleVersions(pool, userOf(request).tenantId, store_id, transaction_id)
    },
  )

  app.get(
    PATHS.ingestionStatus,
    {
      config: { access: ADMINISTRATORS },
      schema: {
        ...common,
        querystring: z.object({ hours: z.coerce.number().positive().max(MOST_HOURS).default(24) }),
        response: { 200: ingestionStatus, ...REFUSALS },
      },
    },
    request =>
      readIngestionStatus(pool, userOf(request).tenantId, { hours: request.query.hours, now: now() }),
  )
}
