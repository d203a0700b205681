import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { enrolResponse } from '../../app/contracts/device.ts'
import { ScoutError } from '../../app/errors.ts'
import { readFileIfThere, syncDirectory, writeFileDurably } from '../durable-file.ts'
import { type DeviceKey, makeDeviceKey, readDeviceKey } from './device-key.ts'

/**
 * Who this device is, on disk: `enrolment.json` names the server, the device and its key; the key lies in `keys/`.
 *
 * INVARIANTS
 * - Key files have mode 0600 from their first moment.
 * - A pending key is on disk before the server hears of it and goes away only after the enrolment that names it is on disk: a
 *   crash anywhere leaves the old identity or the new one, and a repeated enrolment shows the same key.
 * - The key that is to follow is on disk before the server hears of it, and is this device's own on disk before it is first used: so
 *   after its first use nothing here ever signs with the old one, which the server would take for a copy's.
 * - The old key goes away only after the server has taken the new one.
 */
const enrolmentFile = enrolResponse.omit({ server_time: true }).extend({
  server: z.url(),
  key: z.string(),
  enrolled_at: z.iso.datetime(),
  /** When `key` followed another one (server time); absent for the key of the enrolment. */
  key_since: z.iso.datetime().optional(),
  /** The key before, until the server has taken the present one. */
  previous_key: z.string().optional(),
})
export type Enrolment = z.infer<typeof enrolmentFile>

export interface Identity extends Enrolment {
  readonly deviceKey: DeviceKey
}

export class IdentityStore {
  readonly #enrolmentPath: string
  readonly #keys: string

  constructor(home: string) {
    this.#enrolmentPath = join(home, 'enrolment.json')
    this.#keys = join(home, 'keys')
  }

  /** @throws ScoutError `not_enrolled`, also when the files are there but cannot be read. */
  read(): Identity | undefined {
    const text = readFileIfThere(this.#enrolmentPath)
    if (text === undefined) return undefined
    try {
      const enrolment = enrolmentFile.parse(JSON.parse(text))
      return this.#withKey(enrolment)
    } catch (cause) {
      throw new ScoutError('not_enrolled', {
        message: `The enrolment in ${this.#enrolmentPath} cannot be read. Enrol the device again.`,
        cause,
      })
    }
  }

  /** The key to enrol with: the one of an attempt that did not end, or a new one. */
  pendingKey(): DeviceKey {
    const found = readFileIfThere(this.#pendingPath)
    if (found !== undefined) return readDeviceKey(found)
    mkdirSync(this.#keys, { recursive: true, mode: 0o700 })
    const { key, pem } = makeDeviceKey()
    writeFileDurably(this.#pendingPath, pem)
    return key
  }

  /** The key that is to follow: the one of a rotation that did not end, or a new one. */
  nextKey(): DeviceKey {
    const found = this.#next()
    if (found !== undefined) return found
    const { key, pem } = makeDeviceKey()
    writeFileDurably(this.#keyPath(key.fingerprint), pem)
    writeFileDurably(this.#nextPath, key.fingerprint)
    return key
  }

  get hasNext(): boolean {
    return this.#next() !== undefined
  }

  /** Makes the next key this device's own; the present one stays until `forgetPrevious`. */
  adoptNext(since: Date): Identity {
    const { key_since: _since, ...file } = this.#enrolment()
    const next = this.nextKey()
    // Adopted before, and the crash came before the note went.
    if (file.key === next.fingerprint) return this.#dropNote(this.#withKey(this.#enrolment()))
    const adopted = {
      ...file,
      key: next.fingerprint,
      previous_key: file.key,
      key_since: since.toISOString(),
    }
    return this.#dropNote(this.#write(adopted))
  }

  /** The server does not know the new key: the one before becomes this device's own again, and the new one is to follow. */
  goBack(): Identity {
    const { previous_key, key_since: _since, ...file } = this.#enrolment()
    if (previous_key === undefined) return this.#withKey(file)
    writeFileDurably(this.#nextPath, file.key)
    return this.#write({ ...file, key: previous_key })
  }

  /** The server has taken the present key. */
  forgetPrevious(): Identity {
    const { previous_key: _previous, ...file } = this.#enrolment()
    const identity = this.#write(file)
    this.#removeKeysBut(file.key)
    return identity
  }

  /** Makes the pending key this device's own. */
  adopt(enrolment: Omit<Enrolment, 'key' | 'enrolled_at'>): Identity {
    const pem = readFileIfThere(this.#pendingPath)
    if (pem === undefined) throw new ScoutError('internal', { message: 'There is no key to enrol with.' })
    const deviceKey = readDeviceKey(pem)
    const file: Enrolment = {
      ...enrolment,
      key: deviceKey.fingerprint,
      enrolled_at: new Date().toISOString(),
    }
    writeFileDurably(this.#keyPath(file.key), pem)
    const identity = this.#write(file)
    // Older keys speak for nobody any more; the pending one has its own name now.
    this.#removeKeysBut(file.key)
    return identity
  }

  #enrolment(): Enrolment {
    return enrolmentFile.parse(JSON.parse(readFileIfThere(this.#enrolmentPath) ?? 'null'))
  }

  #write(file: Enrolment): Identity {
    const identity = this.#withKey(file)
    writeFileDurably(this.#enrolmentPath, `${JSON.stringify(file, null, 2)}\n`)
    return identity
  }

  #withKey(enrolment: Enrolment): Identity {
    const pem = readFileIfThere(this.#keyPath(enrolment.key))
    if (pem === undefined) throw new Error('the key file is missing')
    return { ...enrolment, deviceKey: readDeviceKey(pem) }
  }

  #next(): DeviceKey | undefined {
    const name = readFileIfThere(this.#nextPath)
    const pem = name === undefined ? undefined : readFileIfThere(this.#keyPath(name))
    return pem === undefined ? undefined : readDeviceKey(pem)
  }

  #dropNote(identity: Identity): Identity {
    rmSync(this.#nextPath, { force: true })
    syncDirectory(this.#keys)
    return identity
  }

  #removeKeysBut(fingerprint: string): void {
    for (const name of readdirSync(this.#keys)) {
      if (name !== `${fingerprint}.pem`) rmSync(join(this.#keys, name))
    }
    syncDirectory(this.#keys)
  }

  /** Names the key that is to follow. */
  get #nextPath(): string {
    return join(this.#keys, 'next')
  }

  get #pendingPath(): string {
    return join(this.#keys, 'pending.pem')
  }

  #keyPath(fingerprint: string): string {
    return join(this.#keys, `${fingerprint}.pem`)
  }
}
