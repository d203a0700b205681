import { ERRORS, type ErrorCode, ScoutError, type ScoutErrorOptions, toWireError } from '../app/errors.ts'

/** An answer whose body is the error contract of `app/contracts/http.ts`. */
export function errorAnswer(
  code: ErrorCode,
  options: ScoutErrorOptions = {},
  headers: HeadersInit = {},
): Response {
  const answer = Response.json(toWireError(new ScoutError(code, options)), {
    status: ERRORS[code].status,
    headers,
  })
  answer.headers.set('cache-control', 'no-store')
  return answer
}
