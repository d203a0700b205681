import type { z } from 'zod'
import { ScoutError } from '../../app/errors.ts'
import type { ServerClock } from '../server-clock.ts'
import { failureOf, noAnswer, strangeAnswer } from './server-failure.ts'

export interface ServerClientOptions {
  readonly server: string
  readonly clock: ServerClock
  readonly timeoutMs?: number
}

export interface PostOptions<Answer> {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array<ArrayBuffer>
  readonly answer: z.ZodType<Answer & { server_time: string }>
  readonly signal?: AbortSignal | undefined
}

const TIMEOUT_MS = 60_000

/** Speaks to the sync server and learns its time from what it answers. */
export class ServerClient {
  readonly #options: ServerClientOptions

  constructor(options: ServerClientOptions) {
    this.#options = options
  }

  /** @throws ServerFailure on anything but a success of the promised shape; ScoutError `cancelled` on the signal. */
  async post<Answer>({ path, headers, body, answer, signal }: PostOptions<Answer>): Promise<Answer> {
    const { server, clock, timeoutMs = TIMEOUT_MS } = this.#options
    const deadline = AbortSignal.timeout(timeoutMs)
    const sent = clock.monotonicMs()
    try {
      const response = await fetch(new URL(path, server), {
        method: 'POST',
        headers,
        body,
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      })
      const received = clock.monotonicMs()
      if (response.status === 401) {
        // A device whose clock is far off cannot even get a token: this refusal must teach it the time.
        clock.observe(Date.parse(response.headers.get('date') ?? ''), sent, received)
      }
      if (!response.ok) throw await failureOf(response)
      const parsed = answer.safeParse(await response.json())
      if (!parsed.success) throw strangeAnswer(response.status, parsed.error)
      clock.observe(Date.parse(parsed.data.server_time), sent, received)
      return parsed.data
    } catch (error) {
      if (error instanceof ScoutError) throw error
      if (signal?.aborted) throw new ScoutError('cancelled', { cause: error })
      if (error instanceof SyntaxError) throw strangeAnswer(200, error)
      throw noAnswer(error)
    }
  }
}
