import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { join } from 'node:path'
import { ROLES, type Role } from '../../app/contracts/manifest.ts'
import { readOrMake } from '../files/durable-write.ts'

export interface SigningKey {
  /** SHA-256 of the raw public key. */
  readonly keyId: string
  /** Raw 32 bytes, base64url. */
  readonly publicKey: string
  /** Ed25519 over the UTF-8 bytes, base64url. */
  sign(message: string): string
}

export type SigningKeys = Readonly<Record<Role, SigningKey>>

/** One key a role, made at first start and readable by the owner alone. Whoever has `root.pem` can move the trust: keep a copy offline. */
export async function ensureSigningKeys(directory: string): Promise<SigningKeys> {
  const [root, index, manifest] = await Promise.all(
    ROLES.map(role => ensureKey(join(directory, `${role}.pem`))),
  )
  if (!root || !index || !manifest) throw new TypeError('a role has no key')
  return { root, index, manifest }
}

async function ensureKey(path: string): Promise<SigningKey> {
  const pem = await readOrMake(path, () =>
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  )
  const privateKey = createPrivateKey(pem)
  const publicKey = createPublicKey(privateKey).export({ format: 'jwk' }).x ?? ''
  return {
    keyId: createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('hex'),
    publicKey,
    sign: message => sign(null, Buffer.from(message, 'utf8'), privateKey).toString('base64url'),
  }
}
