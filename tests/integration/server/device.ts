import {
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  randomUUID,
  sign,
} from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { SignJWT } from 'jose'
import {
  BATCH_MEDIA_TYPE,
  BATCH_SIGNATURE_HEADER,
  type BatchResponse,
  batchResponse,
  type ContractName,
  DEVICE_AUDIENCE,
  type DeviceKeyRequest,
  deviceTokenResponse,
  type EnrolRequest,
  type EnrolResponse,
  enrolResponse,
} from '../../../app/contracts/device.ts'
import { PATHS } from '../../../app/contracts/http.ts'
import { canonicalJson } from '../../../app/domain/canonical-json.ts'

export interface Line {
  readonly seq: number
  /** A sale in its contract, or the raw bytes of the line. */
  readonly content: { readonly contract: ContractName | string; readonly sale: unknown } | Buffer | string
}

type DeviceKeys = KeyPairKeyObjectResult

export function newKeys(): DeviceKeys {
  return generateKeyPairSync('ed25519')
}

function rawKey({ publicKey }: DeviceKeys): string {
  return publicKey.export({ format: 'jwk' }).x ?? ''
}

/** What a device says, spelt out byte by byte: so that a test can also say it wrong. */
export class TestDevice {
  readonly url: string
  privateKey: KeyObject
  publicKey: string
  deviceId = ''
  #token = ''

  constructor(url: string, keys: DeviceKeys = newKeys()) {
    this.url = url
    this.privateKey = keys.privateKey
    this.publicKey = rawKey(keys)
  }

  /** Signs with these from now on. */
  take(keys: DeviceKeys): void {
    this.privateKey = keys.privateKey
    this.publicKey = rawKey(keys)
  }

  /** The device as it is now, in other hands. */
  copy(): TestDevice {
    const copy = new TestDevice(this.url)
    Object.assign(copy, this)
    copy.#token = this.#token
    return copy
  }

  announce(next: DeviceKeys, change: Partial<DeviceKeyRequest> = {}): Promise<Response> {
    const unsigned = { device_id: this.deviceId, previous_key: this.publicKey, public_key: rawKey(next) }
    const text = Buffer.from(canonicalJson({ ...unsigned }))
    const body = {
      ...unsigned,
      signature: this.signature(text),
      new_signature: sign(null, text, next.privateKey).toString('base64url'),
      ...change,
    }
    return post(this.url, PATHS.deviceKey, body, { authorization: `Bearer ${this.#token}` })
  }

  redeem(assertion: string): Promise<Response> {
    return post(this.url, PATHS.deviceToken, { assertion })
  }

  signature(bytes: Uint8Array): string {
    return sign(null, bytes, this.privateKey).toString('base64url')
  }

  async enrol(claimCode: string, change: Partial<EnrolRequest> = {}): Promise<Response> {
    const unsigned = {
      claim_code: claimCode,
      public_key: this.publicKey,
      name: 'test device',
      agent_version: '0.0.0',
    }
    const signature = this.signature(Buffer.from(canonicalJson(unsigned)))
    const response = await post(this.url, PATHS.enrol, { ...unsigned, signature, ...change })
    if (response.ok) this.deviceId = enrolResponse.parse(await response.clone().json()).device_id
    return response
  }

  async enrolled(claimCode: string): Promise<EnrolResponse> {
    const response = await this.enrol(claimCode)
    return enrolResponse.parse(await response.json())
  }

  async assertion(
    change: { jti?: string; lifetimeS?: number; skewS?: number; key?: KeyObject } = {},
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1000) + (change.skewS ?? 0)
    return new SignJWT()
      .setProtectedHeader({ alg: 'EdDSA' })
      .setIssuer(this.deviceId)
      .setAudience(DEVICE_AUDIENCE)
      .setIssuedAt(now)
      .setExpirationTime(now + (change.lifetimeS ?? 120))
      .setJti(change.jti ?? randomUUID())
      .sign(change.key ?? this.privateKey)
  }

  async logIn(): Promise<void> {
    const response = await post(this.url, PATHS.deviceToken, { assertion: await this.assertion() })
    this.#token = deviceTokenResponse.parse(await response.json()).access_token
  }

  /** Any body with any headers, with this device's token and signature unless they are given. */
  sendBytes(body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(new URL(PATHS.batches, this.url), {
      method: 'POST',
      headers: { ...this.batchHeaders(body), ...headers },
      body,
    })
  }

  batchHeaders(body: Uint8Array, signature = this.signature(body)): Record<string, string> {
    return {
      authorization: `Bearer ${this.#token}`,
      'content-type': BATCH_MEDIA_TYPE,
      'content-encoding': 'gzip',
      [BATCH_SIGNATURE_HEADER]: signature,
    }
  }

  async send(lines: readonly Line[], bootEpoch = 1): Promise<BatchResponse> {
    const response = await this.sendBytes(batch(lines, { boot_epoch: bootEpoch }))
    if (!response.ok) throw new Error(await response.text())
    return batchResponse.parse(await response.json())
  }
}

export function batch(lines: readonly Line[], header: Record<string, unknown> = {}): Buffer<ArrayBuffer> {
  const first = {
    boot_epoch: 1,
    seqs: lines.map(({ seq }) => seq),
    sent_at: new Date().toISOString(),
    clock_offset_ms: 0,
    agent_version: '0.0.0',
    backlog: lines.length,
    ...header,
  }
  const parts = lines.map(({ content }) => {
    if (typeof content === 'string' || Buffer.isBuffer(content)) return Buffer.from(content)
    return Buffer.from(JSON.stringify({ ...content, recorded_at: new Date().toISOString() }))
  })
  return gzipSync(
    Buffer.concat([JSON.stringify(first), ...parts].flatMap(part => [Buffer.from(part), Buffer.from('\n')])),
  )
}

export function post(
  url: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(new URL(path, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}
