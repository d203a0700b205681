import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** What the tests that need more than Node would find on this machine. */
export interface Machine {
  /** The newest Postgres server of 15 or later, and whether PostGIS is beside it. */
  readonly postgres: { readonly version: number; readonly postgis: boolean } | undefined
  readonly chromium: string | undefined
  readonly apt: boolean
  readonly snap: boolean
}

export const OLDEST_POSTGRES = 15

/** In the order in which the tests look. */
const BROWSERS = [
  'usr/bin/chromium',
  'usr/bin/chromium-browser',
  'usr/bin/google-chrome',
  'Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Looks, and changes nothing. @param root of the file system, for tests */
export function lookAt(root = '/', environment: NodeJS.ProcessEnv = process.env): Machine {
  const at = (path: string) => join(root, path)
  return {
    postgres: newestPostgres(root),
    chromium: [environment.CHROMIUM_PATH, ...BROWSERS.map(at)].find(
      path => path !== undefined && existsSync(path),
    ),
    apt: existsSync(at('usr/bin/apt-get')),
    snap: existsSync(at('usr/bin/snap')),
  }
}

function newestPostgres(root: string): Machine['postgres'] {
  const servers = join(root, 'usr/lib/postgresql')
  const [version] = (existsSync(servers) ? readdirSync(servers) : [])
    .map(Number)
    .filter(found => found >= OLDEST_POSTGRES && existsSync(join(servers, String(found), 'bin/initdb')))
    .sort((a, b) => b - a)
  if (version === undefined) return undefined
  const control = join(root, 'usr/share/postgresql', String(version), 'extension/postgis.control')
  return { version, postgis: existsSync(control) }
}
