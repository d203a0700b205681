import { createPublicKey, randomUUID, verify } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { decodeJwt, jwtVerify } from 'jose'
import {
  BATCH_MEDIA_TYPE,
  BATCH_SIGNATURE_HEADER,
  type BatchHeader,
  batchHeader,
  batchLine,
  batchResponse,
  contractName,
  DEVICE_AUDIENCE,
  deviceKeyRequest,
  deviceKeyResponse,
  deviceTokenRequest,
  deviceTokenResponse,
  enrolRequest,
  enrolResponse,
  MAX_BATCH_BYTES,
  SALE_CONTRACTS,
  type SaleOutcome,
} from '../../../../app/contracts/device.ts'
import { PATHS } from '../../../../app/contracts/http.ts'
import { canonicalJson, parseExactJson } from '../../../../app/domain/canonical-json.ts'
import { asScoutError, ScoutError, toWireError } from '../../../../app/errors.ts'

/** What to do with a batch instead of answering it. `cut-after-store` is the worst case: stored, but the device never hears. */
type Mishap =
  | 'cut'
  | 'cut-after-store'
  | 'hang'
  | { status: number; headers?: Record<string, string>; body?: string }

interface SeenBatch {
  readonly header: BatchHeader
  readonly lines: readonly string[]
}

interface Options {
  readonly epochFloor?: number
  /** Ahead of the real time, ms. */
  readonly clockAheadMs?: number
  readonly tokenSeconds?: number
  /** Called for every batch whose signature holds. */
  readonly mishap?: (batch: SeenBatch, tries: number) => Mishap | undefined
  /** As `mishap`, of announcements of keys and of tokens; only the cuts. */
  readonly keyMishap?: (path: string, tries: number) => 'cut' | 'cut-after-store' | undefined
  /** Overrides the outcome of a sale. */
  readonly judge?: (sale: unknown, seq: number) => Omit<SaleOutcome, 'seq'> | undefined
}

interface Keys {
  current: string
  next: string | undefined
  readonly ended: Set<string>
}

/** The server's side of the device contract, small and over real HTTP. Wrong signatures, tokens and shapes are refused. */
export class ContractServer implements AsyncDisposable {
  readonly options: Options
  /** `epoch/seq` → the line as it came. */
  readonly stored = new Map<string, string>()
  readonly batches: SeenBatch[] = []
  readonly assertions: string[] = []
  readonly enrolments: unknown[] = []
  /** Keys whose use betrays a copy, in the order in which they were used again. */
  readonly betrayals: string[] = []
  /** The overlap of every announced key has ended. */
  overlapEnded = false
  #keyTries = 0
  readonly #claims = new Set<string>()
  readonly #devices = new Map<string, Keys>()
  readonly #tokens = new Map<string, string>()
  readonly #server = createServer((request, response) => void this.#answer(request, response))
  #url = ''

  constructor(options: Options = {}) {
    this.options = options
  }

  static async start(options: Options = {}): Promise<ContractServer> {
    const server = new ContractServer(options)
    await server.listen()
    return server
  }

  get url(): string {
    return this.#url
  }

  async listen(port = 0): Promise<void> {
    this.#server.listen(port, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    if (typeof address === 'object' && address !== null) this.#url = `http://127.0.0.1:${address.port}`
  }

  /** As `listen`, on the port it had. */
  async comeBack(): Promise<void> {
    await this.listen(Number(new URL(this.#url).port))
  }

  async goAway(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.goAway()
  }

  claim(): string {
    const code = `claim-${randomUUID()}`
    this.#claims.add(code)
    return code
  }

  /** All tokens given so far end. */
  revokeTokens(): void {
    this.#tokens.clear()
  }

  /** The sales as parsed, in the order of their keys. */
  sales(): unknown[] {
    return [...this.stored.values()].map(line => batchLine.parse(JSON.parse(line)).sale)
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: unknown, headers: Record<string, string> = {}) => {
      response.writeHead(status, {
        'content-type': 'application/json',
        date: this.#now().toUTCString(),
        ...headers,
      })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }
    try {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const body = Buffer.concat(chunks)
      if (request.url === PATHS.enrol) return send(200, this.#enrol(body))
      if (request.url === PATHS.deviceToken || request.url === PATHS.deviceKey) {
        const mishap = this.options.keyMishap?.(request.url, ++this.#keyTries)
        if (mishap === 'cut') return void request.socket.destroy()
        const answer =
          request.url === PATHS.deviceKey ? this.#announce(request, body) : await this.#token(body)
        if (mishap === 'cut-after-store') return void request.socket.destroy()
        return send(200, answer)
      }
      if (request.url !== PATHS.batches) throw new ScoutError('not_found')
      const batch = this.#open(request, body)
      this.batches.push(batch)
      const mishap = this.options.mishap?.(batch, this.batches.length)
      if (mishap === 'hang') return
      if (mishap === 'cut') return void request.socket.destroy()
      if (typeof mishap === 'object') return send(mishap.status, mishap.body ?? '', mishap.headers)
      const answer = this.#store(batch)
      if (mishap === 'cut-after-store') return void request.socket.destroy()
      send(200, answer)
    } catch (error) {
      if (!response.headersSent && !response.destroyed) send(asScoutError(error).status, toWireError(error))
    }
  }

  #enrol(body: Buffer): unknown {
    const { signature, ...unsigned } = enrolRequest.parse(JSON.parse(body.toString()))
    if (!this.#claims.delete(unsigned.claim_code)) throw new ScoutError('claim_unknown')
    if (!verified(unsigned.public_key, Buffer.from(canonicalJson(unsigned)), signature)) {
      throw new ScoutError('signature_invalid')
    }
    const device = `device-${this.#devices.size + 1}`
    this.#devices.set(device, { current: unsigned.public_key, next: undefined, ended: new Set() })
    this.enrolments.push(unsigned)
    return enrolResponse.parse({
      device_id: device,
      tenant_id: 'test',
      boot_epoch_floor: this.options.epochFloor ?? 1,
      server_time: this.#now().toISOString(),
    })
  }

  async #token(body: Buffer): Promise<unknown> {
    const { assertion } = deviceTokenRequest.parse(JSON.parse(body.toString()))
    this.assertions.push(assertion)
    const device = decodeJwt(assertion).iss ?? ''
    const keys = this.#devices.get(device)
    if (keys === undefined) throw new ScoutError('device_unknown')
    const options = {
      audience: DEVICE_AUDIENCE,
      issuer: device,
      algorithms: ['EdDSA'],
      currentDate: this.#now(),
    }
    const signer = [...keys.ended, keys.current, keys.next].find(
      key => key !== undefined && signedBy(assertion, key),
    )
    if (signer === undefined) throw new ScoutError('signature_invalid')
    await jwtVerify(assertion, keyOf(signer), {
      ...options,
      maxTokenAge: 300,
      requiredClaims: ['jti', 'exp'],
    }).catch(cause => {
      throw new ScoutError('token_invalid', { cause })
    })
    this.#use(keys, signer)
    const token = randomUUID()
    this.#tokens.set(token, device)
    return deviceTokenResponse.parse({
      access_token: token,
      expires_in: this.options.tokenSeconds ?? 900,
      server_time: this.#now().toISOString(),
    })
  }

  /** The rules of the real server, in short: the old key ends with the first use of the new one. */
  #use(keys: Keys, signer: string): void {
    if (keys.ended.has(signer)) {
      this.betrayals.push(signer)
      throw new ScoutError('device_revoked')
    }
    if (signer === keys.next) {
      keys.ended.add(keys.current)
      keys.current = signer
      keys.next = undefined
    } else if (keys.next !== undefined && this.overlapEnded) throw new ScoutError('signature_invalid')
  }

  #announce(request: IncomingMessage, body: Buffer): unknown {
    const { signature, new_signature, ...signed } = deviceKeyRequest.parse(JSON.parse(body.toString()))
    const text = Buffer.from(canonicalJson(signed))
    const { previous_key, public_key } = signed
    const keys = this.#devices.get(this.#deviceOf(request))
    if (!keys || !verified(previous_key, text, signature) || !verified(public_key, text, new_signature)) {
      throw new ScoutError('signature_invalid')
    }
    if (public_key !== keys.current) {
      this.#use(keys, previous_key)
      keys.next = public_key
    }
    const server_time = this.#now().toISOString()
    return deviceKeyResponse.parse({ overlap_until: server_time, server_time })
  }

  #deviceOf(request: IncomingMessage): string {
    const device = this.#tokens.get(request.headers.authorization?.replace('Bearer ', '') ?? '')
    if (device === undefined) throw new ScoutError('token_invalid')
    return device
  }

  #open(request: IncomingMessage, body: Buffer): SeenBatch {
    const device = this.#deviceOf(request)
    if (
      request.headers['content-encoding'] !== 'gzip' ||
      request.headers['content-type'] !== BATCH_MEDIA_TYPE
    ) {
      throw new ScoutError('encoding_unsupported')
    }
    const signature = String(request.headers[BATCH_SIGNATURE_HEADER])
    const keys = this.#devices.get(device)
    const signer =
      keys && [...keys.ended, keys.current, keys.next].find(key => key && verified(key, body, signature))
    if (!keys || !signer) throw new ScoutError('signature_invalid')
    this.#use(keys, signer)
    const text = gunzipSync(body, { maxOutputLength: MAX_BATCH_BYTES }).toString()
    const [first = '', ...lines] = text.replace(/\n$/, '').split('\n')
    const header = batchHeader.parse(JSON.parse(first))
    if (header.seqs.length !== lines.length) throw new ScoutError('batch_malformed')
    return { header, lines }
  }

  #store({ header, lines }: SeenBatch): unknown {
    const outcomes = header.seqs.map((seq, index): SaleOutcome => {
      const line = lines[index] ?? ''
      const key = `${header.boot_epoch}/${seq}`
      const before = this.stored.get(key)
      if (before !== undefined && saleOf(before) === saleOf(line)) return { seq, outcome: 'duplicate' }
      try {
        if (before !== undefined) throw new ScoutError('event_key_conflict')
        const { contract, sale } = batchLine.parse(parseExactJson(line))
        const judged = this.options.judge?.(sale, seq)
        if (judged?.outcome === 'refused') return { seq, ...judged } as SaleOutcome
        SALE_CONTRACTS[contractName.parse(contract)].parse(sale)
        this.stored.set(key, line)
        return (judged ? { seq, ...judged } : { seq, outcome: 'accepted' }) as SaleOutcome
      } catch (error) {
        const { code, message } = toWireError(error)
        return { seq, outcome: 'refused', code, message }
      }
    })
    return batchResponse.parse({ outcomes, server_time: this.#now().toISOString() })
  }

  #now(): Date {
    return new Date(Date.now() + (this.options.clockAheadMs ?? 0))
  }
}

function signedBy(jwt: string, publicKey: string): boolean {
  const [head, payload, signature = ''] = jwt.split('.')
  return verified(publicKey, Buffer.from(`${head}.${payload}`), signature)
}

function keyOf(raw: string) {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw }, format: 'jwk' })
}

function verified(publicKey: string, bytes: Uint8Array, signature: string): boolean {
  return verify(null, bytes, keyOf(publicKey), Buffer.from(signature, 'base64url'))
}

/** The sale's own text: what stands before it in the line may change when the clock is measured between two tries. */
function saleOf(line: string): string {
  return line.slice(line.indexOf('"sale":'))
}
