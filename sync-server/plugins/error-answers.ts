import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { type ErrorCode, ScoutError, toWireError } from '../../app/errors.ts'
import { fromDatabase } from '../database/postgres-errors.ts'

/** Every answer that is not 2xx is an `errorBody`: a code of the closed list, and never the inside of a fault. */
export function errorAnswers(app: FastifyInstance): void {
  app.setErrorHandler((thrown, request, reply) => {
    const error = describe(thrown)
    if (error.status >= 500) request.log.error({ err: thrown, code: error.code }, 'request failed')
    else request.log.info({ code: error.code }, 'request refused')
    // What a sender has not finished sending is not worth reading: close instead of draining it.
    if (error.code === 'body_too_large') reply.header('connection', 'close')
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
