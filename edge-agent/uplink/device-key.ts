import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'

/**
 * INVARIANTS
 * - The private key is made here and leaves this process only into its file.
 */
export interface DeviceKey {
  readonly privateKey: KeyObject
  /** Raw 32 bytes, base64url. */
  readonly publicKey: string
  /** Names the key in file names and messages: the beginning of the SHA-256 of the raw public key, hex. */
  readonly fingerprint: string
}

/** A new Ed25519 key and the PKCS #8 text of its private half. */
export function makeDeviceKey(): { key: DeviceKey; pem: string } {
  const { privateKey } = generateKeyPairSync('ed25519')
  return { key: describe(privateKey), pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

export function readDeviceKey(pem: string): DeviceKey {
  return describe(createPrivateKey(pem))
}

/** Ed25519 signature, base64url. */
export function signBytes(key: DeviceKey, bytes: Uint8Array): string {
  return sign(null, bytes, key.privateKey).toString('base64url')
}

function describe(privateKey: KeyObject): DeviceKey {
  const publicKey = createPublicKey(privateKey).export({ format: 'jwk' }).x
  if (publicKey === undefined) throw new TypeError('not an Ed25519 key')
  const fingerprint = createHash('sha256')
    .update(Buffer.from(publicKey, 'base64url'))
    .digest('hex')
    .slice(0, 16)
  return { privateKey, publicKey, fingerprint }
}
