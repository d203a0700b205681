import { z } from 'zod'
import { customerFile, customerRequest, erasure, PATHS } from '../../app/contracts/http.ts'
import { eraseCustomer, showCustomer } from '../personal/customers.ts'
import { wireFile } from '../personal/wire.ts'
import { ADMINISTRATORS, userOf } from '../plugins/access.ts'
import { BEARER, REFUSALS } from './error-responses.ts'
import type { App, RouteContext } from './route-context.ts'

/** Personal data of one customer, by an administrator: each look and each erasure is in the audit. */
export function customerRoutes(app: App, { config, pool, jobs, personal }: RouteContext): void {
  const common = { tags: ['customers'], security: BEARER, body: customerRequest }

  app.post(
    PATHS.customerShow,
    {
      config: { access: ADMINISTRATORS },
      schema: { ...common, response: { 200: z.array(customerFile), ...REFUSALS } },
    },
    async (request, reply) => {
      const { tenantId, userId } = userOf(request)
      const files = await showCustomer(pool, tenantId, personal(), {
        customer: request.body.customer,
        actor: { kind: 'user', id: userId },
        now: config.now(),
      })
      return reply.header('cache-control', 'no-store').send(files.map(wireFile))
    },
  )

  app.post(
    PATHS.customerErase,
    {
      config: { access: ADMINISTRATORS },
      schema: { ...common, response: { 200: erasure, ...REFUSALS } },
    },
    async request => {
      const { tenantId, userId } = userOf(request)
      const { customerIds, days } = await eraseCustomer(pool, tenantId, personal(), {
        customer: request.body.customer,
        actor: { kind: 'user', id: userId },
        now: config.now(),
      })
      if (days > 0) jobs.scheduleTransform(tenantId)
      return { customer_ids: [...customerIds], days }
    },
  )
}
