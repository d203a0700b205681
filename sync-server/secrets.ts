import { randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { ScoutError } from '../app/errors.ts'
import { lockDirectory } from './database/directory-lock.ts'
import { readOrMake, writeDurably } from './files/durable-write.ts'
import type { Keyring, PersonalKeys } from './personal/personal-keys.ts'

/** 32 bytes as base64url. */
const key = z.base64url().min(43)

const personalSection = z.object({
  /** Master of the customers' pseudonyms. Lost, no new sale finds its customer any more. */
  pseudonym_key: key,
  /** AES-256 keys around personal data; the highest version seals. */
  data_keys: z.array(z.object({ version: z.int().min(1), key })).min(1),
})

const secretsFile = z.object({
  /** Signs access tokens (HS256). */
  session_key: key,
  /** Absent in a file that an earlier version made. */
  personal: personalSection.optional(),
})
type SecretsFile = z.infer<typeof secretsFile>

export interface Secrets {
  readonly sessionKey: Uint8Array
  readonly personal: Keyring
}

/** Reads the secrets; makes them at first start, readable by the owner alone, and adds what an earlier version did not have. */
export async function ensureSecrets(path: string): Promise<Secrets> {
  const found = read(await readOrMake(path, () => print(withPersonal({ session_key: newKey() }))))
  const file = found.personal === undefined ? await changeSecrets(path, withPersonal) : found
  return { sessionKey: Buffer.from(file.session_key, 'base64url'), personal: keyringAt(path) }
}

/** Adds a data key, which seals from now on. @returns its version */
export async function addDataKey(path: string): Promise<number> {
  const { personal } = await changeSecrets(path, file => {
    const { pseudonym_key, data_keys } = sectionOf(file)
    const version = Math.max(...data_keys.map(one => one.version)) + 1
    return { ...file, personal: { pseudonym_key, data_keys: [...data_keys, { version, key: newKey() }] } }
  })
  return Math.max(...(personal?.data_keys ?? []).map(one => one.version))
}

/** A running server learns of a new key within this time. */
const RECHECK_MS = 1_000

function keyringAt(path: string): Keyring {
  let keys: PersonalKeys | undefined
  let modified = 0
  let checked = 0
  return () => {
    const now = performance.now()
    if (keys !== undefined && now - checked < RECHECK_MS) return keys
    checked = now
    const { mtimeMs } = statSync(path)
    if (keys === undefined || mtimeMs !== modified) {
      keys = personalKeys(sectionOf(read(readFileSync(path, 'utf8'))))
      modified = mtimeMs
    }
    return keys
  }
}

function personalKeys({ pseudonym_key, data_keys }: z.infer<typeof personalSection>): PersonalKeys {
  return {
    pseudonymKey: Buffer.from(pseudonym_key, 'base64url'),
    dataKeys: new Map(data_keys.map(one => [one.version, Buffer.from(one.key, 'base64url')])),
    current: Math.max(...data_keys.map(one => one.version)),
  }
}

function sectionOf(file: SecretsFile): z.infer<typeof personalSection> {
  if (file.personal === undefined) throw new ScoutError('personal_unreadable')
  return file.personal
}

function withPersonal(file: SecretsFile): SecretsFile {
  return {
    ...file,
    personal: file.personal ?? { pseudonym_key: newKey(), data_keys: [{ version: 1, key: newKey() }] },
  }
}

/** One process at a time, each on what the one before it wrote: a key that something was sealed with is never lost. */
async function changeSecrets(path: string, change: (file: SecretsFile) => SecretsFile): Promise<SecretsFile> {
  const unlock = await lock(path)
  try {
    const changed = change(read(readFileSync(path, 'utf8')))
    await writeDurably(path, print(changed), { mode: 0o600 })
    return changed
  } finally {
    unlock()
  }
}

const LOCK_PATIENCE_MS = 10_000
const LOCK_RETRY_MS = 20

async function lock(path: string): Promise<() => void> {
  const giveUpAt = performance.now() + LOCK_PATIENCE_MS
  for (;;) {
    try {
      return lockDirectory(path)
    } catch (error) {
      const busy = error instanceof ScoutError && error.code === 'busy'
      if (!busy || performance.now() > giveUpAt) throw error
      await setTimeout(LOCK_RETRY_MS)
    }
  }
}

const read = (text: string): SecretsFile => secretsFile.parse(JSON.parse(text))
const print = (file: SecretsFile): string => `${JSON.stringify(file, null, 2)}\n`
const newKey = (): string => randomBytes(32).toString('base64url')
