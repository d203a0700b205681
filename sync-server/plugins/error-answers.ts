import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { type ErrorCode, ScoutError, toWireError } from '../../app/errors.ts'
import { fromDatabase } from '../database/postgres-errors.ts'

/** What Fastify refuses before a route is found, such as an address that cannot be decoded. */
export function refuseStrange(
  _error: FastifyError,
  _request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  return reply.status(400).send(toWireError(new ScoutError('request_invalid', { message: STRANGE })))
}

/** What Node cannot read as HTTP: there is no request yet, only a connection to answer and close. */
export function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [status, reason] = UNREADABLE[error.code ?? ''] ?? [400, 'Bad Request']
  const body = JSON.stringify(toWireError(new ScoutError('request_invalid', { message: STRANGE })))
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nconnection: close\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

const STRANGE =
  'The request cannot be read as HTTP, was sent too slowly, or its address or headers are not allowed.'
const UNREADABLE: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
}

/** Every answer that is not 2xx is an `errorBody`: a code of the closed list, and never the inside of a fault. */
export function errorAnswers(app: FastifyInstance): void {
  app.setErrorHandler((thrown, request, reply) => {
    const error = describe(thrown)
    if (error.status >= 500) request.log.error({ err: thrown, code: error.code }, 'request failed')
    else request.log.info({ code: error.code }, 'request refused')
    // What a sender has not finished sending is not worth reading: close instead of draining it.
    if (error.code === 'body_too_large') reply.header('connection', 'close')
    const wait = error.details?.retry_after_s
    if (typeof wait === 'number') reply.header('retry-after', wait)
    return reply.status(error.status).send(toWireError(error))
  })
}

export function nothingThere(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.status(404).send(toWireError(new ScoutError('not_found')))
}

const FASTIFY_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'encoding_unsupported',
}

function describe(thrown: unknown): ScoutError {
  if (thrown instanceof ScoutError) return thrown
  if (hasZodFastifySchemaValidationErrors(thrown)) {
    const fields = thrown.validation.map(({ instancePath, message }) => ({
      field: instancePath.replace(/^\//, '').replaceAll('/', '.'),
      message: message ?? 'is not valid',
    }))
    return new ScoutError('request_invalid', { details: { fields }, cause: thrown })
  }
  if (!(thrown instanceof Error)) return new ScoutError('internal', { cause: thrown })
  const { code, statusCode } = thrown as FastifyError
  const known = FASTIFY_CODES[code]
  if (known !== undefined) return new ScoutError(known, { cause: thrown })
  if (statusCode === 429) return new ScoutError('rate_limited', { cause: thrown })
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new ScoutError('request_invalid', { cause: thrown })
  }
  return fromDatabase(thrown)
}
