import { z } from 'zod'
import { serverUrl } from '../app/contracts/ipc.ts'
import { ScoutError } from '../app/errors.ts'
import { readJson, writeDurably } from './durable-file.ts'

/** What is stored was checked before; a hand-edited file counts as none. */
const settingsFile = z.object({ serverOrigin: serverUrl.refine(isSecureOrigin).nullable() })

export interface Settings {
  serverOrigin(): string | null
  chooseServer(address: string): Promise<void>
}

/**
 * The chosen server, kept in the user's profile.
 * @param override the server of this start alone, from the command line or the environment
 * @throws request_invalid for an override that is no secure address
 */
export async function openSettings(path: string, override?: string): Promise<Settings> {
  const stored = settingsFile.safeParse(await readJson(path)).data?.serverOrigin ?? null
  let chosen = override === undefined ? stored : secureOrigin(override)
  return {
    serverOrigin: () => chosen,
    chooseServer: async address => {
      const serverOrigin = secureOrigin(address)
      await writeDurably(path, JSON.stringify({ serverOrigin } satisfies z.infer<typeof settingsFile>))
      chosen = serverOrigin
    },
  }
}

/**
 * Origin of a sync server. Passwords and tokens go there: unencrypted only on this computer.
 * @throws request_invalid
 */
export function secureOrigin(address: string): string {
  const parsed = serverUrl.safeParse(address)
  if (!parsed.success) {
    throw new ScoutError('request_invalid', {
      message: 'The address of a server looks like https://scout.example.com.',
    })
  }
  const url = new URL(parsed.data)
  if (url.username !== '' || url.password !== '') {
    throw new ScoutError('request_invalid', { message: 'The address must not contain a name or password.' })
  }
  if (url.protocol === 'http:' && !isThisComputer(url.hostname)) {
    throw new ScoutError('request_invalid', {
      message:
        'Use an address that begins with https://. Plain http:// would send your password unencrypted.',
    })
  }
  return url.origin
}

function isSecureOrigin(address: string): boolean {
  try {
    return secureOrigin(address) === address
  } catch {
    return false
  }
}

function isThisComputer(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
