import type { VerifySignature } from '../../app/contracts/manifest.ts'

/** Ed25519 by the platform. A key or signature of the wrong shape does not hold. */
export const verifyEd25519: VerifySignature = async (publicKey, signature, message) => {
  const key = await crypto.subtle.importKey('raw', fromBase64Url(publicKey), { name: 'Ed25519' }, false, [
    'verify',
  ])
  return crypto.subtle.verify('Ed25519', key, fromBase64Url(signature), new TextEncoder().encode(message))
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), char => char.charCodeAt(0))
}
