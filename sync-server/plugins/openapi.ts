import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { batchHeader, batchLine, SALE_CONTRACTS } from '../../app/contracts/device.ts'
import { ERRORS } from '../../app/errors.ts'

/** The contracts as an OpenAPI document (`/docs/json`), and pages that show it (`/docs`). */
export async function openApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Scout sync server',
        version: '1.0.0',
        description: `${INTRODUCTION}\n\n${errorTable()}`,
      },
      tags: [
        { name: 'people', description: 'Log-in, refresh, log-out, who am I.' },
        { name: 'devices', description: 'Claims, enrolment, tokens.' },
        { name: 'ingestion', description: 'Sales from devices.' },
        { name: 'datasets', description: 'What is published, for those who may read it.' },
        { name: 'administration', description: 'Transforms, publications and their jobs.' },
        { name: 'health', description: 'For those who run the server.' },
      ],
      components: {
        securitySchemes: { access: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
        schemas: lineSchemas(),
      },
    },
    transform: jsonSchemaTransform,
  })
  await app.register(swaggerUi, { routePrefix: '/docs' })
}

/** What stands inside a batch, which HTTP only sees as bytes: its header, and a sale by each contract. */
function lineSchemas(): Record<string, object> {
  const schemas = { batch_header: batchHeader, batch_line: batchLine, ...SALE_CONTRACTS }
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, z.toJSONSchema(schema, { io: 'input' })]),
  )
}

const INTRODUCTION =
  'JSON is snake_case. People and devices send a bearer token. Every answer that is not 2xx is `{code, message, retryable, details?}`; ' +
  'the codes are a closed list and never change their meaning.'

function errorTable(): string {
  const rows = Object.entries(ERRORS).map(
    ([code, { status, retryable, message }]) =>
      `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${message} |`,
  )
  return ['| code | status | does trying again help? | what to do |', '|---|---|---|---|', ...rows].join('\n')
}
