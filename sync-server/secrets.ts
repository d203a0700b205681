import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { writeDurably } from './files/durable-write.ts'

const secretsFile = z.object({
  /** Signs access tokens (HS256), 32 bytes as base64url. */
  session_key: z.base64url().min(43),
})

export interface Secrets {
  readonly sessionKey: Uint8Array
}

/** Reads the secrets; makes them at first start, readable by the owner alone. */
export async function ensureSecrets(path: string): Promise<Secrets> {
  const text = await readIfThere(path)
  if (text !== null)
    return { sessionKey: Buffer.from(secretsFile.parse(JSON.parse(text)).session_key, 'base64url') }
  const sessionKey = randomBytes(32)
  const content = { session_key: sessionKey.toString('base64url') } satisfies z.input<typeof secretsFile>
  await writeDurably(path, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  return { sessionKey }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
