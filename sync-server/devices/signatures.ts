import { createPublicKey, type KeyObject, verify } from 'node:crypto'

/** A raw 32-byte Ed25519 public key, as base64url, made usable. */
export function ed25519PublicKey(raw: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw }, format: 'jwk' })
}

/** Whether `signature` (base64url) over the bytes is of this key; a malformed key or signature is a no. */
export function ed25519Verify(rawPublicKey: string, signature: string, bytes: Uint8Array | string): boolean {
  try {
    const message = typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes
    return verify(null, message, ed25519PublicKey(rawPublicKey), Buffer.from(signature, 'base64url'))
  } catch {
    // Not a point on the curve: nobody can have signed with it.
    return false
  }
}
