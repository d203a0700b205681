import { createHash } from 'node:crypto'
import { signedBytes } from '../../app/contracts/manifest.ts'
import { canonicalJson } from '../../app/domain/canonical-json.ts'
import { type Sha256, sha256Hex } from '../../app/domain/ids.ts'
import type { SigningKey } from './signing-keys.ts'

/** A signed file as it is stored and sent: canonical JSON, named by its hash. */
export interface SealedFile {
  readonly bytes: Buffer
  readonly sha256: Sha256
}

/** Signs and writes an envelope. The same content by the same key gives the same bytes. */
export function seal(signed: object, key: SigningKey): SealedFile {
  const signature = key.sign(signedBytes(signed))
  const bytes = Buffer.from(canonicalJson({ signed, signatures: [{ key_id: key.keyId, signature }] }), 'utf8')
  return { bytes, sha256: sha256Of(bytes) }
}

export function sha256Of(bytes: Uint8Array | string): Sha256 {
  return sha256Hex.parse(createHash('sha256').update(bytes).digest('hex'))
}
