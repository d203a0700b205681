import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { readOrMake } from './files/durable-write.ts'

const secretsFile = z.object({
  /** Signs access tokens (HS256), 32 bytes as base64url. */
  session_key: z.base64url().min(43),
})

export interface Secrets {
  readonly sessionKey: Uint8Array
}

/** Reads the secrets; makes them at first start, readable by the owner alone. */
export async function ensureSecrets(path: string): Promise<Secrets> {
  const text = await readOrMake(path, () => `${JSON.stringify(makeSecrets(), null, 2)}\n`)
  return { sessionKey: Buffer.from(secretsFile.parse(JSON.parse(text)).session_key, 'base64url') }
}

function makeSecrets(): z.input<typeof secretsFile> {
  return { session_key: randomBytes(32).toString('base64url') }
}
