import { z } from 'zod'
import { readJson, writeDurably } from './durable-file.ts'

/** The operating system's key store. In Electron `safeStorage`. */
export interface Cipher {
  /** False where there is no key store, and where its key is no secret. */
  available(): Promise<boolean>
  encrypt(text: string): Promise<Uint8Array>
  decrypt(bytes: Uint8Array): Promise<string>
}

/** The jar of the refresh cookie: one token a server, never shown to the page, never sent to another server. */
export interface RefreshTokens {
  get(serverOrigin: string): Promise<string | null>
  put(serverOrigin: string, token: string): Promise<void>
  remove(serverOrigin: string): Promise<void>
}

/** Whether a log-in outlives the application: `memory` when the system offers no encryption. */
export type TokenStorage = 'encrypted' | 'memory'

const jarFile = z.object({ version: z.literal(1), tokens: z.record(z.string(), z.base64()) })

export interface TokenJar extends RefreshTokens {
  readonly storage: TokenStorage
}

/**
 * Opens the jar. A file that cannot be read or decrypted (another user's, a key store made anew) counts as empty: its owner
 * logs in again.
 * @param onError hears of what could not be read or written
 */
export async function openTokenJar(
  path: string,
  cipher: Cipher,
  onError: (error: unknown) => void,
): Promise<TokenJar> {
  const storage: TokenStorage = (await cipher.available()) ? 'encrypted' : 'memory'
  const tokens = storage === 'encrypted' ? await load(path, cipher, onError) : new Map<string, string>()
  let lastWrite: Promise<void> = Promise.resolve()

  /** One write after the other, each of the newest state. What cannot be written holds until the application ends. */
  const save = async () => {
    if (storage === 'memory') return
    lastWrite = lastWrite.then(() => store(path, cipher, tokens)).catch(onError)
    await lastWrite
  }
  return {
    storage,
    get: async serverOrigin => tokens.get(serverOrigin) ?? null,
    put: async (serverOrigin, token) => {
      tokens.set(serverOrigin, token)
      await save()
    },
    remove: async serverOrigin => {
      if (tokens.delete(serverOrigin)) await save()
    },
  }
}

async function load(
  path: string,
  cipher: Cipher,
  onError: (error: unknown) => void,
): Promise<Map<string, string>> {
  const tokens = new Map<string, string>()
  const file = jarFile.safeParse(await readJson(path))
  for (const [serverOrigin, sealed] of Object.entries(file.data?.tokens ?? {})) {
    try {
      tokens.set(serverOrigin, await cipher.decrypt(Buffer.from(sealed, 'base64')))
    } catch (error) {
      onError(error)
    }
  }
  return tokens
}

async function store(path: string, cipher: Cipher, tokens: ReadonlyMap<string, string>): Promise<void> {
  const sealed = await Promise.all(
    [...tokens].map(async ([origin, token]) => [
      origin,
      Buffer.from(await cipher.encrypt(token)).toString('base64'),
    ]),
  )
  await writeDurably(
    path,
    JSON.stringify({ version: 1, tokens: Object.fromEntries(sealed) } satisfies z.infer<typeof jarFile>),
  )
}
