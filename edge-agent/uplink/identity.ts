import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { enrolResponse } from '../../app/contracts/device.ts'
import { ScoutError } from '../../app/errors.ts'
import { readFileIfThere, writeFileDurably } from '../durable-file.ts'
import { type DeviceKey, makeDeviceKey, readDeviceKey } from './device-key.ts'

/**
 * Who this device is, on disk: `enrolment.json` names the server, the device and its key; the key lies in `keys/`.
 *
 * INVARIANTS
 * - Key files have mode 0600 from their first moment.
 * - A pending key is on disk before the server hears of it and goes away only after the enrolment that names it is on disk: a
 *   crash anywhere leaves the old identity or the new one, and a repeated enrolment shows the same key.
 */
const enrolmentFile = enrolResponse.omit({ server_time: true }).extend({
  server: z.url(),
  key: z.string(),
  enrolled_at: z.iso.datetime(),
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
      const pem = readFileIfThere(this.#keyPath(enrolment.key))
      if (pem === undefined) throw new Error('the key file is missing')
      return { ...enrolment, deviceKey: readDeviceKey(pem) }
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
    writeFileDurably(this.#enrolmentPath, `${JSON.stringify(file, null, 2)}\n`)
    // Older keys speak for nobody any more; the pending one has its own name now.
    for (const name of readdirSync(this.#keys)) {
      if (name !== `${file.key}.pem`) rmSync(join(this.#keys, name))
    }
    return { ...file, deviceKey }
  }

  get #pendingPath(): string {
    return join(this.#keys, 'pending.pem')
  }

  #keyPath(fingerprint: string): string {
    return join(this.#keys, `${fingerprint}.pem`)
  }
}
