import type { AccessSource } from '../../app/contracts/worker.ts'
import { fromWireError, isErrorCode, ScoutError } from '../../app/errors.ts'

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined
  readonly headers?: Readonly<Record<string, string>>
  /** Answers besides 2xx that the caller understands. */
  readonly accept?: readonly number[]
}

/** GET with the page's access token: a refused token is asked for anew once. */
export class HttpClient {
  readonly #access: AccessSource
  readonly #origin: string
  #token: Promise<string> | undefined

  /** @param origin Empty for the worker's own. */
  constructor(access: AccessSource, origin = '') {
    this.#access = access
    this.#origin = origin
  }

  /** @throws ScoutError what the server answered, `offline` when it does not answer, `cancelled`. */
  async get(path: string, options: RequestOptions = {}): Promise<Response> {
    this.#token ??= this.#access({ refresh: false })
    const used = this.#token
    const first = await this.#fetch(path, await used, options)
    if (first.status !== 401) return checked(first, options)
    await first.body?.cancel()
    // Several requests may be refused at once: the first one refreshes for all.
    if (this.#token === used) this.#token = this.#access({ refresh: true })
    return checked(await this.#fetch(path, await this.#token, options), options)
  }

  async #fetch(path: string, token: string, { signal, headers }: RequestOptions): Promise<Response> {
    return network(
      () =>
        fetch(this.#origin + path, {
          headers: { ...headers, authorization: `Bearer ${token}` },
          signal: signal ?? null,
          // Every file is checked and kept by the store; ETags are ours.
          cache: 'no-store',
          credentials: 'omit',
        }),
      signal,
    )
  }
}

async function checked(response: Response, { accept = [] }: RequestOptions): Promise<Response> {
  if (response.ok || accept.includes(response.status)) return response
  const body: unknown = await response.json().catch(() => null)
  if (typeof body === 'object' && body !== null && 'code' in body && isErrorCode(body.code)) {
    throw fromWireError(body)
  }
  // Somebody between us and Scout answered: a proxy that does not reach it, or a portal.
  throw new ScoutError(response.status >= 502 ? 'offline' : 'internal', {
    details: { status: response.status },
  })
}

/** Runs what touches the network, also the reading of a body, and names its failures. */
export async function network<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (signal?.aborted) throw new ScoutError('cancelled', { cause })
    if (cause instanceof TypeError) throw new ScoutError('offline', { cause })
    throw cause
  }
}
