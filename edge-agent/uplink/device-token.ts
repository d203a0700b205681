import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { DEVICE_AUDIENCE, deviceTokenResponse } from '../../app/contracts/device.ts'
import { PATHS } from '../../app/contracts/http.ts'
import type { ServerClock } from '../server-clock.ts'
import type { KeyRing } from './key-ring.ts'
import type { ServerClient } from './server-client.ts'
import { ServerFailure } from './server-failure.ts'

const ASSERTION_SECONDS = 120
/** A token this close to its end is not used any more. */
const MARGIN_MS = 30_000

/** The device's short access token, kept in memory and fetched anew when it ends. */
export class DeviceToken {
  readonly #ring: KeyRing
  readonly #client: ServerClient
  readonly #clock: ServerClock
  #token: { readonly value: string; readonly validUntil: number } | undefined

  constructor(ring: KeyRing, client: ServerClient, clock: ServerClock) {
    this.#ring = ring
    this.#client = client
    this.#clock = clock
  }

  async get(signal?: AbortSignal): Promise<string> {
    if (this.#token && performance.now() < this.#token.validUntil) return this.#token.value
    try {
      return await this.#fetch(signal)
    } catch (error) {
      if (!(error instanceof ServerFailure) || error.answered !== 401) throw error
      // The server does not know this key: a rotation was cut off, and the other key of it is the one.
      if (error.code === 'signature_invalid' && error.fromServer)
        this.#ring.refused(new Date(this.#clock.now()))
      // Else the refusal may have come from a wrong clock here; it also told the server's time, so the second try has the right one.
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
      .setIssuer(this.#ring.identity.device_id)
      .setAudience(DEVICE_AUDIENCE)
      .setIssuedAt(now)
      .setExpirationTime(now + ASSERTION_SECONDS)
      .setJti(randomUUID())
      .sign(this.#ring.key.privateKey)
    const asked = performance.now()
    const { access_token: value, expires_in: seconds } = await this.#client.post({
      path: PATHS.deviceToken,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ assertion }),
      answer: deviceTokenResponse,
      signal,
    })
    this.#ring.taken()
    const lifetime = seconds * 1000
    this.#token = { value, validUntil: asked + lifetime - Math.min(MARGIN_MS, lifetime / 2) }
    return value
  }
}
