import { mkdirSync, type Stats } from 'node:fs'
import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from '../durable-file.ts'
import type { FileProgress } from '../outbox/records.ts'
import type { FileLook } from './file-position.ts'

const DONE_DIRECTORY = 'done'
const EXTENSION = /\.(json|jsonl|ndjson)$/i

/** What `done/` may hold. */
export interface DoneLimits {
  readonly maxBytes: number
  readonly maxAgeMs: number
}

/**
 * The files of the watched folder and how long each has been quiet. Hidden files and other endings are not ours, so a writer
 * may use `sale.json.tmp` and rename it.
 */
export class FolderFiles {
  readonly #directory: string
  /** As the files were at the last look. */
  #seen: ReadonlyMap<string, Sighting> = new Map()

  constructor(directory: string) {
    this.#directory = directory
    mkdirSync(directory, { recursive: true })
  }

  /**
   * Files to read, oldest first: so a correction is numbered after what it corrects. `late` are those in `done/` that a writer
   * may still have open.
   */
  async look(progress: ReadonlyMap<string, FileProgress>, late: boolean): Promise<FileLook[]> {
    await mkdir(join(this.#directory, DONE_DIRECTORY), { recursive: true })
    const names = (await readdir(this.#directory)).filter(
      name => EXTENSION.test(name) && !name.startsWith('.'),
    )
    const done = late ? [...progress.values()].filter(file => file.doneAt !== null) : []
    const found: FileLook[] = []
    const seen = new Map<string, Sighting>()
    for (const path of [...names, ...done.map(file => file.path)]) {
      const absolute = join(this.#directory, path)
      const stat = await stats(absolute)
      if (!stat?.isFile()) continue
      const sighting = sight(stat, this.#seen.get(path))
      seen.set(path, sighting)
      const quietMs = performance.now() - sighting.since
      found.push({ path, absolute, size: stat.size, quietMs, found: progress.get(path) })
    }
    this.#seen = seen
    const age = (look: FileLook) => seen.get(look.path)?.mtimeMs ?? 0
    return found.sort((a, b) => age(a) - age(b) || (a.path < b.path ? -1 : 1))
  }

  /**
   * Deletes what is too old or too much in `done/`, the oldest first, and gives the paths that are gone. A file with bytes that were not
   * read yet stays; so does, for its age, one that is still followed (its writer may have it open).
   */
  async pruneDone(
    { maxBytes, maxAgeMs }: DoneLimits,
    followed: ReadonlyMap<string, FileProgress>,
  ): Promise<string[]> {
    const files: Array<{ path: string; size: number; mtimeMs: number }> = []
    for (const name of await readdir(join(this.#directory, DONE_DIRECTORY))) {
      const path = `${DONE_DIRECTORY}/${name}`
      const stat = await stats(join(this.#directory, path))
      if (stat?.isFile() && EXTENSION.test(name)) files.push({ path, size: stat.size, mtimeMs: stat.mtimeMs })
    }
    files.sort((a, b) => a.mtimeMs - b.mtimeMs)
    let bytes = files.reduce((sum, { size }) => sum + size, 0)
    const gone: string[] = []
    for (const { path, size, mtimeMs } of files) {
      const progress = followed.get(path)
      const old = Date.now() - mtimeMs > maxAgeMs && progress === undefined
      if (!old && bytes <= maxBytes) continue
      if (progress !== undefined && progress.readTo < size) continue
      await rm(join(this.#directory, path), { force: true })
      bytes -= size
      gone.push(path)
    }
    return gone
  }

  /** Moves a file to `done/`, under a name that is free there, and gives its new path. */
  async moveToDone(look: FileLook): Promise<string> {
    const dot = look.path.lastIndexOf('.')
    for (let copy = 0; ; copy++) {
      const name = copy === 0 ? look.path : `${look.path.slice(0, dot)}.${copy}${look.path.slice(dot)}`
      const path = `${DONE_DIRECTORY}/${name}`
      if (await stats(join(this.#directory, path))) continue
      await rename(look.absolute, join(this.#directory, path))
      return path
    }
  }
}

interface Sighting {
  readonly size: number
  readonly mtimeMs: number
  /** Unchanged since then, by the monotonic clock. */
  readonly since: number
}

/**
 * The wall clock is asked only about a file that was never seen before: it may be set forward by years under us, and a line that
 * is just being written must not look torn.
 */
function sight({ size, mtimeMs }: Stats, before: Sighting | undefined): Sighting {
  if (before?.size === size && before.mtimeMs === mtimeMs) return before
  const now = performance.now()
  return { size, mtimeMs, since: before ? now : now - Math.max(0, Date.now() - mtimeMs) }
}

async function stats(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
