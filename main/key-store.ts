import { safeStorage } from 'electron'
import type { Cipher } from './secrets.ts'

/** The operating system's key store. Linux without one falls back to a password that everyone knows: that counts as none. */
export const keyStore: Cipher = {
  available: async () => {
    if (process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text') return false
    return safeStorage.isAsyncEncryptionAvailable()
  },
  encrypt: text => safeStorage.encryptStringAsync(text),
  decrypt: async bytes => (await safeStorage.decryptStringAsync(Buffer.from(bytes))).result,
}
