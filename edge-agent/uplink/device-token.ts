import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { DEVICE_AUDIENCE, deviceTokenResponse } from '../../app/contracts/device.ts'
import { PATHS } from '../../app/contracts/http.ts'
import type { Identity } from './identity.ts'
import type { ServerClient } from './server-client.ts'
import type { ServerClock } from './server-clock.ts'
import { ServerFailure } from './server-failure.ts'

const ASSERTION_SECONDS = 120
/** A token this close to its end is not used any more. */
const MARGIN_MS = 30_000

/** The device's short access token, kept in memory and fetched anew when it ends. */
export class DeviceToken {
  readonly #identity: Identity
  readonly #client: ServerClient
  readonly #clock: ServerClock
  #token: { readonly value: string; readonly validUntil: number } | undefined

  constructor(identity: Identity, client: ServerClient, clock: ServerClock) {
    this.#identity = identity
    this.#client = client
    this.#clock = clock
  }

  async get(signal?: AbortSignal): Promise<string> {
    if (this.#token && performance.now() < this.#token.validUntil) return this.#token.value
    try {
      return await this.#fetch(signal)
    } catch (error) {
      // The refusal may have come from a wrong clock here; it also told the server's time, so the second try has the right one.
      if (!(error instanceof ServerFailure) || error.answered !== 401) throw error
      return await this.#fetch(signal)
    }
  }

  /** The server did not take the token. */
  forget(): void {
    this.#token = undefined
  }

  async #fetch(signal: AbortSignal | undefined): Promise<string> {
    const now = Math.floor(this.#clock.now() / 1000)
    const assertion = await new SignJWT()
      .setProtectedHeader({ alg: 'EdDSA' })
      .setIssuer(this.#identity.device_id)
      .setAudience(DEVICE_AUDIENCE)
      .setIssuedAt(now)
      .setExpirationTime(now + ASSERTION_SECONDS)
      .setJti(randomUUID())
      .sign(this.#identity.deviceKey.privateKey)
    const asked = performance.now()
    const { access_token: value, expires_in: seconds } = await this.#client.post({
      path: PATHS.deviceToken,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ assertion }),
      answer: deviceTokenResponse,
      signal,
    })
    const lifetime = seconds * 1000
    this.#token = { value, validUntil: asked + lifetime - Math.min(MARGIN_MS, lifetime / 2) }
    return value
  }
}
