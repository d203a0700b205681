import { join, resolve } from 'node:path'

/** Where a server keeps what is not in its database. One directory holds all, so that one copy is a back-up. */
export interface Home {
  readonly root: string
  /** Data directory of the embedded database. */
  readonly database: string
  /** Ed25519 keys that sign what is published. */
  readonly keys: string
  /** Published files, named by their SHA-256. */
  readonly blobs: string
  readonly secrets: string
}

export function homeAt(root: string): Home {
  const base = resolve(root)
  return {
    root: base,
    database: join(base, 'database'),
    keys: join(base, 'keys'),
    blobs: join(base, 'blobs'),
    secrets: join(base, 'secrets.json'),
  }
}

/** `SCOUT_HOME`, else `.scout` in the working directory. */
export function defaultHome(env: NodeJS.ProcessEnv = process.env): string {
  return env.SCOUT_HOME ?? '.scout'
}
