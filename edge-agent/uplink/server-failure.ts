import { fromWireError, ScoutError } from '../../app/errors.ts'

/** An answer of the server that is not a success, or none at all. */
export class ServerFailure extends ScoutError {
  /** HTTP status; 0 when there was no answer. */
  readonly answered: number
  /** The server itself said so, in our own terms: not a proxy or a captive portal in between. */
  readonly fromServer: boolean
  readonly retryAfterMs: number | undefined

  constructor(
    answered: number,
    error: ScoutError,
    about: { fromServer: boolean; retryAfterMs?: number | undefined },
  ) {
    super(error.code, {
      message: error.message,
      cause: error.cause,
      ...(error.details && { details: error.details }),
    })
    this.answered = answered
    this.fromServer = about.fromServer
    this.retryAfterMs = about.retryAfterMs
  }
}

/** No answer: no network, no server, or it took too long. */
export function noAnswer(cause: unknown): ServerFailure {
  const offline = new ScoutError('offline', {
    message: 'The server cannot be reached. The sales stay in the outbox and are sent when it is back.',
    cause,
  })
  return new ServerFailure(0, offline, { fromServer: false })
}

/** An answer that no Scout server gives: a proxy, a captive portal, a wrong address. */
export function strangeAnswer(status: number, cause?: unknown): ServerFailure {
  const strange = new ScoutError('offline', {
    message: `Something that is not a Scout server answered (status ${status}). Check the server's address and the network.`,
    cause,
  })
  return new ServerFailure(status, strange, { fromServer: false })
}

export async function failureOf(response: Response): Promise<ServerFailure> {
  const retryAfterMs = retryAfter(response.headers.get('retry-after'))
  const body: unknown = await response.json().catch(() => undefined)
  const coded = typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string'
  if (!coded) {
    const { code, message, cause } = strangeAnswer(response.status)
    return new ServerFailure(response.status, new ScoutError(code, { message, cause }), {
      fromServer: false,
      retryAfterMs,
    })
  }
  return new ServerFailure(response.status, fromWireError(body), { fromServer: true, retryAfterMs })
}

/** A server that asks for more has made a mistake that must not silence a shop. */
const LONGEST_WAIT_MS = 3_600_000

/** Seconds or an HTTP date, in ms from now. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isFinite(ms) ? Math.min(LONGEST_WAIT_MS, Math.max(0, ms)) : undefined
}
