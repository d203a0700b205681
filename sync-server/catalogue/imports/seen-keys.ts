import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** A scratch database on disk, so that a file of any size is checked in little memory. Closing removes it. */
export interface Scratch {
  readonly database: DatabaseSync
  close(): void
}

export function openScratch(): Scratch {
  const directory = mkdtempSync(join(tmpdir(), 'scout-import-'))
  const database = new DatabaseSync(join(directory, 'scratch.sqlite'))
  database.exec('pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -16384; begin')
  return {
    database,
    close() {
      database.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Remembers keys: the place where a key was seen first, or null when this is the first. */
export function seenKeys({ database }: Scratch): (key: string, place: string) => string | null {
  database.exec('create table if not exists seen (key text primary key, place text not null) without rowid')
  const add = database.prepare('insert into seen (key, place) values (?, ?) on conflict do nothing')
  const find = database.prepare('select place from seen where key = ?')
  return (key, place) => {
    if (add.run(key, place).changes === 1) return null
    return String(find.get(key)?.place)
  }
}
