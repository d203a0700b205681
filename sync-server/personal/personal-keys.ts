import { createHmac, hkdfSync } from 'node:crypto'
import type { TenantId } from '../../app/domain/ids.ts'

/** The keys around personal data, as `secrets.json` holds them. */
export interface PersonalKeys {
  /** 32 bytes, never rotated: every pseudonym in every table follows from it. */
  readonly pseudonymKey: Uint8Array
  /** AES-256 keys by version. Old ones stay, so that what they sealed (back-ups included) can be opened. */
  readonly dataKeys: ReadonlyMap<number, Uint8Array>
  /** The version that seals. */
  readonly current: number
}

/** Gives the keys as they are now: another process may have added a version since. */
export type Keyring = () => PersonalKeys

type Purpose = 'pseudonym' | 'fingerprint'

const derived = new WeakMap<Uint8Array, Map<string, Buffer>>()

/** HMAC-SHA-256 under a secret of this tenant and purpose alone, derived from the master by HKDF. */
export function keyedHash(keys: PersonalKeys, tenant: TenantId, purpose: Purpose, message: string): Buffer {
  return createHmac('sha256', secretOf(keys.pseudonymKey, tenant, purpose))
    .update(message)
    .digest()
}

function secretOf(master: Uint8Array, tenant: TenantId, purpose: Purpose): Buffer {
  const known = derived.get(master) ?? new Map<string, Buffer>()
  derived.set(master, known)
  const label = `scout/${purpose}/${tenant}`
  const found = known.get(label)
  if (found !== undefined) return found
  const secret = Buffer.from(hkdfSync('sha256', master, '', label, 32))
  known.set(label, secret)
  return secret
}
