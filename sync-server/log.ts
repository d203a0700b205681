import type { FastifyBaseLogger } from 'fastify'
import { type DestinationStream, pino } from 'pino'

/** Names under which a secret may lie in something that is logged. */
const SECRET_FIELDS = [
  'authorization',
  'cookie',
  '["set-cookie"]',
  'password',
  'claim_code',
  'assertion',
  'access_token',
  'token',
  'session_key',
]

/** JSON lines on standard output, or on `destination`. Secrets are hidden wherever they lie in the first three levels. */
export function createLog(level: string, destination?: DestinationStream): FastifyBaseLogger {
  const at = (prefix: string) =>
    SECRET_FIELDS.map(field =>
      field.startsWith('[') ? `${prefix}${field}` : `${prefix}${prefix && '.'}${field}`,
    )
  const options = { level, redact: { paths: [...at(''), ...at('*'), ...at('*.*')], censor: '[hidden]' } }
  return destination === undefined ? pino(options) : pino(options, destination)
}
