import { mkdirSync } from 'node:fs'
import { lstat, mkdir, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from '../durable-file.ts'
import type { FileProgress } from '../outbox/records.ts'
import type { FileLook } from './file-position.ts'

export const DONE_DIRECTORY = 'done'
const EXTENSION = /\.(json|jsonl|ndjson)$/i

/**
 * The files of the watched folder and how long each has been quiet. Hidden files and other endings are not ours, so a writer
 * may use `sale.json.tmp` and rename it.
 */
export class FolderFiles {
  readonly #directory: string
  readonly #seen = new Map<string, { size: number; mtimeMs: number; since: number }>()

  constructor(directory: string) {
    this.#directory = directory
    mkdirSync(directory, { recursive: true })
  }

  /** Files to read, oldest first: so a correction is numbered after what it corrects. */
  async look(progress: ReadonlyMap<string, FileProgress>): Promise<FileLook[]> {
    await mkdir(join(this.#directory, DONE_DIRECTORY), { recursive: true })
    const names = (await readdir(this.#directory)).filter(
      name => EXTENSION.test(name) && !name.startsWith('.'),
    )
    const late = [...progress.values()].filter(file => file.doneAt !== null).map(file => file.path)
    const found: Array<FileLook & { mtimeMs: number }> = []
    for (const path of [...names, ...late]) {
      const look = await this.#stat(path, progress.get(path))
      if (look) found.push(look)
    }
    return found.sort((a, b) => a.mtimeMs - b.mtimeMs || (a.path < b.path ? -1 : 1))
  }

  /** Moves a file to `done/`, under a name that is free there, and gives its new path. */
  async moveToDone(look: FileLook): Promise<string> {
    const dot = look.path.lastIndexOf('.')
    for (let copy = 0; ; copy++) {
      const name = copy === 0 ? look.path : `${look.path.slice(0, dot)}.${copy}${look.path.slice(dot)}`
      const path = `${DONE_DIRECTORY}/${name}`
      if (await stats(join(this.#directory, path))) continue
      await rename(look.absolute, join(this.#directory, path))
      this.#seen.delete(look.path)
      return path
    }
  }

  async #stat(
    path: string,
    found: FileProgress | undefined,
  ): Promise<(FileLook & { mtimeMs: number }) | undefined> {
    const absolute = join(this.#directory, path)
    const stat = await stats(absolute)
    if (!stat?.isFile()) return undefined
    const { size, mtimeMs } = stat
    const before = this.#seen.get(path)
    const since = before?.size === size && before.mtimeMs === mtimeMs ? before.since : performance.now()
    this.#seen.set(path, { size, mtimeMs, since })
    // The wall clock may be set back or forward under us: what was seen with our own eyes counts too.
    const quietMs = Math.max(performance.now() - since, Date.now() - mtimeMs)
    return { path, absolute, size, quietMs, found, mtimeMs }
  }
}

async function stats(path: string) {
  try {
    return await lstat(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
