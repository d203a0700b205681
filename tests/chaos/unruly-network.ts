import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  request as send,
} from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { PATHS } from '../../app/contracts/http.ts'

/** What this network did to those who relied on it. */
export interface Mischief {
  requestsLost: number
  answersCut: number
  duplicated: number
  replayedLate: number
  refused: number
}

interface Carried {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** A batch that was carried before comes again after newer ones; so many are remembered for it. */
const REMEMBERED = 50

/**
 * The way between the agents and the server: loses requests, cuts answers off after the server has acted, carries batches twice, brings old
 * ones again after newer ones, and is away altogether while `out`.
 */
export class UnrulyNetwork {
  readonly mischief: Mischief = { requestsLost: 0, answersCut: 0, duplicated: 0, replayedLate: 0, refused: 0 }
  /** Nothing gets through. */
  out = false
  /** Behaves from now on. */
  calm = false
  readonly #target: number
  readonly #random: () => number
  readonly #server: Server
  readonly #remembered: Carried[] = []
  url = ''

  constructor(target: number, random: () => number) {
    this.#target = target
    this.#random = random
    this.#server = createServer((request, response) => {
      this.#carry(request, response).catch(() => response.destroy())
    })
  }

  async open(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    this.url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #carry(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.out) {
      this.mischief.refused += 1
      response.destroy()
      return
    }
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const { method = 'GET', url: path = '/', headers } = request
    const carried: Carried = { method, path, headers, body: Buffer.concat(parts) }
    const luck = this.calm ? 1 : this.#random()
    if (luck < 0.05) {
      this.mischief.requestsLost += 1
      response.destroy()
      return
    }
    const isBatch = path === PATHS.batches
    if (isBatch && luck < 0.15) {
      this.mischief.duplicated += 1
      await this.#forward(carried).catch(() => undefined)
    }
    const answer = await this.#forward(carried)
    if (isBatch) await this.#maybeReplay(carried)
    if (luck > 0.92 && luck < 1) {
      this.mischief.answersCut += 1
      response.writeHead(answer.status, answer.headers)
      response.write(answer.body.subarray(0, answer.body.length >> 1))
      await delay(5)
      response.destroy()
      return
    }
    response.writeHead(answer.status, answer.headers)
    response.end(answer.body)
  }

  /** A batch from before reaches the server after this one. */
  async #maybeReplay(carried: Carried): Promise<void> {
    if (!this.calm && this.#remembered.length > 0 && this.#random() < 0.15) {
      const old = this.#remembered[Math.floor(this.#random() * this.#remembered.length)]
      if (old !== undefined) {
        this.mischief.replayedLate += 1
        await this.#forward(old).catch(() => undefined)
      }
    }
    this.#remembered.push(carried)
    if (this.#remembered.length > REMEMBERED) this.#remembered.shift()
  }

  #forward({ method, path, headers, body }: Carried): Promise<{
    status: number
    headers: Record<string, string | string[] | undefined>
    body: Buffer
  }> {
    return new Promise((resolve, reject) => {
      const onward = send(
        { host: '127.0.0.1', port: this.#target, method, path, headers, agent: false },
        async answer => {
          try {
            const parts: Buffer[] = []
            for await (const part of answer) parts.push(part)
            resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: Buffer.concat(parts) })
          } catch (error) {
            reject(error)
          }
        },
      )
      onward.on('error', reject)
      onward.end(body)
    })
  }
}
