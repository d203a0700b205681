import { closeSync, fsyncSync, openSync, readdirSync, statSync } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/*
 * The embedded engine never calls fsync: what it commits is safe from its own crash, not from a power cut. So its thread makes the
 * write-ahead log durable before it passes on that a transaction has ended; Postgres' recovery does the rest. That suffices because
 * the engine, a single process, makes no checkpoint of its own except when it opens and closes; then the whole directory is synced.
 */

/** File systems stamp a file's time in ticks of some milliseconds: a write may carry the time of a sync before it. */
const TICK_MS = 50
const SEGMENT = /^[0-9A-F]{24}$/

/** Returns what makes the segments that were written since the last call durable. Costs a stat a segment when there were none. */
export function walSync(directory: string): () => void {
  const folder = join(directory, 'pg_wal')
  const syncedAt = new Map<string, number>()
  return () => {
    let appeared = false
    for (const name of readdirSync(folder)) {
      if (!SEGMENT.test(name)) continue
      const began = Date.now()
      const last = syncedAt.get(name)
      if (last !== undefined && statSync(join(folder, name)).mtimeMs < last - TICK_MS) continue
      appeared ||= last === undefined
      syncFile(join(folder, name))
      syncedAt.set(name, began)
    }
    if (appeared && FOLDERS_SYNC) syncFile(folder)
  }
}

/** Makes a directory and all that lies in it durable. What is removed meanwhile needs to be no more. */
export async function syncTree(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter(entry => entry.isFile() || (entry.isDirectory() && FOLDERS_SYNC))
    .map(entry => join(entry.parentPath, entry.name))
  if (FOLDERS_SYNC) paths.push(directory)
  const next = async (): Promise<void> => {
    for (let path = paths.pop(); path !== undefined; path = paths.pop()) await syncPath(path)
  }
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, next))
}

const FILES_AT_ONCE = 8
/** Windows has no such thing as a folder to sync. */
const FOLDERS_SYNC = process.platform !== 'win32'

async function syncPath(path: string): Promise<void> {
  try {
    const file = await open(path, FOLDERS_SYNC ? 'r' : 'r+')
    try {
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}

function syncFile(path: string): void {
  const file = openSync(path, FOLDERS_SYNC ? 'r' : 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
