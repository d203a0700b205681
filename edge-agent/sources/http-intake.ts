import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { ScoutError, toWireError } from '../../app/errors.ts'
import type { Outbox } from '../outbox/outbox.ts'
import { readBody } from './http-body.ts'
import { refuseWebPages } from './http-guard.ts'
import { takeSales } from './take-sales.ts'

export const DEFAULT_INTAKE_PORT = 7411

/** A till that sends slowly is cut off when the agent stops; it has no answer and will send again. */
const CLOSE_WITHIN_MS = 5_000

export interface HttpIntakeOptions {
  readonly outbox: Outbox
  /** 0 takes any free port. */
  readonly port: number
  readonly status: () => unknown
  readonly onError: (error: unknown) => void
}

export interface HttpIntake {
  /** Such as `http://127.0.0.1:7411`. */
  readonly url: string
  /** Takes no new requests and ends when those under way are answered. */
  close(): Promise<void>
}

/**
 * The intake on loopback: `POST /v1/sales`, `GET /v1/status`, `GET /healthz`.
 *
 * `POST /v1/sales` takes one sale, an array, a flat document or NDJSON and answers after the outbox has committed: 201
 * when every sale is stored, 207 when some are, else the status of the first refusal. The body names each sale's fate, in
 * the order sent.
 *
 * @throws ScoutError `busy` when something else listens on the port.
 */
export async function openHttpIntake(options: HttpIntakeOptions): Promise<HttpIntake> {
  const server = createServer((request, response) => {
    answer(options, request, response).catch(error => {
      if (toWireError(error).code === 'internal') options.onError(error)
      refuse(response, error)
    })
  })
  server.requestTimeout = 30_000
  const port = await listen(server, options.port)
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      const patience = setTimeout(() => server.closeAllConnections(), CLOSE_WITHIN_MS)
      await closed
      clearTimeout(patience)
    },
  }
}

async function listen(server: Server, port: number): Promise<number> {
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  } catch (cause) {
    throw new ScoutError('busy', {
      message: `The intake cannot listen on 127.0.0.1:${port}, something else may do so already. Choose another port.`,
      cause,
    })
  }
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

async function answer(
  { outbox, status }: HttpIntakeOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  refuseWebPages(request.headers)
  const path = request.url?.split('?')[0]
  switch (`${request.method} ${path}`) {
    case 'GET /healthz':
      return send(response, 200, { ok: true })
    case 'GET /v1/status':
      return send(response, 200, status())
    case 'POST /v1/sales': {
      const taken = await takeSales(outbox, await readBody(request))
      return send(response, taken.status, taken.body)
    }
    default:
      throw new ScoutError('not_found')
  }
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy()
  const wire = toWireError(error)
  // What is left of the body is not read: the connection ends with this answer.
  response.setHeader('connection', 'close')
  send(response, new ScoutError(wire.code).status, wire)
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  })
  response.end(`${JSON.stringify(body)}\n`)
}
