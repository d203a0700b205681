import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/*
 * INVARIANTS
 *  1. A file is seen under its name whole or not at all.
 *  2. Once `writeDurably` has returned, the file survives a power cut.
 *  3. Of several processes that make a file at the same moment one does, and all go on with what it made.
 */

/** Writes through a temporary file in the same directory: data synced, renamed, directory synced. */
export async function writeDurably(
  path: string,
  bytes: Uint8Array | string,
  options: { readonly mode?: number } = {},
): Promise<void> {
  await place(path, bytes, options.mode ?? 0o644, rename)
}

/** The content of the file, which is made where there is none; readable by the owner alone. */
export async function readOrMake(path: string, make: () => string): Promise<string> {
  const found = await readIfThere(path)
  if (found !== null) return found
  try {
    await place(path, make(), 0o600, link)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  }
  return readFile(path, 'utf8')
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

/** `name` gives the written file its name: `rename` replaces one that is there, `link` does not. */
async function place(
  path: string,
  bytes: Uint8Array | string,
  mode: number,
  name: (from: string, to: string) => Promise<void>,
): Promise<void> {
  const directory = dirname(path)
  await mkdir(directory, { recursive: true })
  const temporary = join(directory, `.${basename(path)}.${randomUUID()}`)
  try {
    const file = await open(temporary, 'wx', mode)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await name(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
  await syncDirectory(directory)
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
