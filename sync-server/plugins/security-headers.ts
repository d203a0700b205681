import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'
import { PAGE_POLICY } from '../../app/contracts/page-policy.ts'

/** The page's policy, and what makes it cross-origin isolated (`SharedArrayBuffer`). */
export async function securityHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: PAGE_POLICY,
    },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginEmbedderPolicy: { policy: 'require-corp' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' },
  })
}
