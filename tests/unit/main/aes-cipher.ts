import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Cipher } from '../../../main/secrets.ts'

/** A real key store of this test alone. */
export function aesCipher(key = randomBytes(32)): Cipher {
  return {
    available: async () => true,
    encrypt: async text => {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, iv)
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), sealed])
    },
    decrypt: async bytes => {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
      decipher.setAuthTag(bytes.subarray(12, 28))
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
    },
  }
}

export const noCipher: Cipher = {
  available: async () => false,
  encrypt: () => Promise.reject(new Error('there is no key store')),
  decrypt: () => Promise.reject(new Error('there is no key store')),
}
