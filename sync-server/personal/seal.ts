import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { ScoutError } from '../../app/errors.ts'
import type { PersonalKeys } from './personal-keys.ts'

/*
 * A sealed value: format (1 byte, 1), key version (4 bytes, big-endian), nonce (12), tag (16), AES-256-GCM ciphertext. The first five bytes
 * and the context are authenticated with it, so that a value moved to another row, or given another version, does not open.
 */
const FORMAT = 1
const HEAD = 5
const NONCE = 12
const TAG = 16

/**
 * @param context what the value belongs to, such as tenant and row: the same must be given to open it
 */
export function sealBytes(keys: PersonalKeys, plain: Uint8Array, context: string): Buffer {
  const head = Buffer.alloc(HEAD)
  head.writeUInt8(FORMAT, 0)
  head.writeUInt32BE(keys.current, 1)
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv('aes-256-gcm', keyOf(keys, keys.current), nonce)
  cipher.setAAD(Buffer.concat([head, Buffer.from(context)]))
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([head, nonce, cipher.getAuthTag(), sealed])
}

/** @throws ScoutError `personal_unreadable` when its key is not here, or when it was changed or moved */
export function openBytes(keys: PersonalKeys, sealed: Uint8Array, context: string): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  if (bytes.length < HEAD + NONCE + TAG || bytes.readUInt8(0) !== FORMAT)
    throw new ScoutError('personal_unreadable')
  const [head, body] = [bytes.subarray(0, HEAD), bytes.subarray(HEAD)]
  const key = keyOf(keys, keyVersionOf(bytes))
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, NONCE))
    decipher.setAAD(Buffer.concat([head, Buffer.from(context)]))
    decipher.setAuthTag(body.subarray(NONCE, NONCE + TAG))
    return Buffer.concat([decipher.update(body.subarray(NONCE + TAG)), decipher.final()])
  } catch (cause) {
    throw new ScoutError('personal_unreadable', { cause })
  }
}

/** Which key sealed it. */
function keyVersionOf(sealed: Uint8Array): number {
  return new DataView(sealed.buffer, sealed.byteOffset, sealed.byteLength).getUint32(1)
}

function keyOf(keys: PersonalKeys, version: number): Uint8Array {
  const key = keys.dataKeys.get(version)
  if (key !== undefined) return key
  throw new ScoutError('personal_unreadable', {
    message: `Key ${version} of the personal data is not in secrets.json. Restore that file from its back-up.`,
  })
}
