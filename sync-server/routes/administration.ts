import { z } from 'zod'
import { job, PATHS, publication, publishRequest } from '../../app/contracts/http.ts'
import { ADMINISTRATORS, userOf } from '../plugins/access.ts'
import { listPublications } from '../publishing/publications.ts'
import { BEARER, REFUSALS } from './error-responses.ts'
import type { App, RouteContext } from './route-context.ts'

/** An administrator asks for transforms and publications; both are jobs that can be watched. */
export function administrationRoutes(app: App, { pool, jobs }: RouteContext): void {
  const common = { tags: ['administration'], security: BEARER }

  app.post(
    PATHS.transforms,
    { config: { access: ADMINISTRATORS }, schema: { ...common, response: { 202: job, ...REFUSALS } } },
    async (request, reply) => reply.status(202).send(await jobs.transform(userOf(request).tenantId)),
  )

  app.post(
    PATHS.publications,
    {
      config: { access: ADMINISTRATORS },
      schema: { ...common, body: publishRequest, response: { 202: job, ...REFUSALS } },
    },
    async (request, reply) => {
      const { tenantId, userId } = userOf(request)
      return reply.status(202).send(await jobs.publish(tenantId, { ...request.body, publishedBy: userId }))
    },
  )

  app.get(
    PATHS.publications,
    {
      config: { access: ADMINISTRATORS },
      schema: { ...common, response: { 200: z.array(publication), ...REFUSALS } },
    },
    request => listPublications(pool, userOf(request).tenantId),
  )

  app.get(
    PATHS.job(':job_id'),
    {
      config: { access: ADMINISTRATORS },
      schema: { ...common, params: z.object({ job_id: z.uuid() }), response: { 200: job, ...REFUSALS } },
    },
    request => jobs.status(userOf(request).tenantId, request.params.job_id),
  )
}
