import { type Sha256, sha256Hex } from '../../app/domain/ids.ts'

/** SHA-256 by the platform, as lower-case hex. */
export async function sha256(content: Uint8Array<ArrayBuffer> | string): Promise<Sha256> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return sha256Hex.parse(Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join(''))
}
