import { ScoutError } from '../../app/errors.ts'
import type { Appender, FileSystem } from './file-system.ts'

declare global {
  interface FileSystemFileHandle {
    /** In every engine that has OPFS, though not yet in TypeScript's library. */
    move(directory: FileSystemDirectoryHandle, name: string): Promise<void>
  }
}

/**
 * The origin private file system, from a worker: writing goes through synchronous access handles, reading through `File`s, which
 * lock nothing and are read only when asked.
 *
 * @throws ScoutError `storage_denied` where the browser has none or forbids it, `storage_full` when the quota is used up,
 *   `store_locked` when another window writes the same file.
 */
export async function openOpfs(directory = 'scout'): Promise<FileSystem> {
  return mapped(async () => {
    if (typeof navigator.storage?.getDirectory !== 'function') throw new ScoutError('storage_denied')
    const origin = await navigator.storage.getDirectory()
    return new Opfs(origin, directory, await origin.getDirectoryHandle(directory, { create: true }))
  })
}

class Opfs implements FileSystem {
  readonly #origin: FileSystemDirectoryHandle
  readonly #name: string
  #root: FileSystemDirectoryHandle
  readonly #directories = new Map<string, Promise<FileSystemDirectoryHandle>>()

  constructor(origin: FileSystemDirectoryHandle, name: string, root: FileSystemDirectoryHandle) {
    this.#origin = origin
    this.#name = name
    this.#root = root
  }

  async read(path: string) {
    const file = await this.#file(path)
    return file && mapped(async () => new Uint8Array(await file.arrayBuffer()))
  }

  blob(path: string) {
    return this.#file(path)
  }

  async size(path: string) {
    return (await this.#file(path))?.size ?? null
  }

  write(path: string, bytes: Uint8Array<ArrayBuffer>) {
    return mapped(async () => {
      const handle = await (await this.#handle(path, true)).createSyncAccessHandle()
      try {
        handle.truncate(0)
        writeAll(handle, bytes, 0)
        handle.flush()
      } finally {
        handle.close()
      }
    })
  }

  append(path: string): Promise<Appender> {
    return mapped(async () => {
      const handle = await (await this.#handle(path, true)).createSyncAccessHandle()
      let size = handle.getSize()
      return {
        get size() {
          return size
        },
        write(bytes) {
          mappedSync(() => writeAll(handle, bytes, size))
          size += bytes.byteLength
        },
        close() {
          try {
            mappedSync(() => handle.flush())
          } finally {
            handle.close()
          }
        },
      }
    })
  }

  move(from: string, to: string) {
    return mapped(async () => {
      const [directory, name] = split(to)
      await (await this.#handle(from, false)).move(await this.#directory(directory), name)
    })
  }

  async remove(path: string) {
    const [directory, name] = split(path)
    await unlessMissing(async () => (await this.#directory(directory)).removeEntry(name))
  }

  list(directory: string) {
    return mapped(async () => {
      const names: string[] = []
      for await (const name of (await this.#directory(directory)).keys()) names.push(name)
      return names
    })
  }

  clear() {
    return mapped(async () => {
      this.#directories.clear()
      await unlessMissing(() => this.#origin.removeEntry(this.#name, { recursive: true }))
      this.#root = await this.#origin.getDirectoryHandle(this.#name, { create: true })
    })
  }

  #file(path: string): Promise<File | null> {
    return unlessMissing(async () => (await this.#handle(path, false)).getFile())
  }

  async #handle(path: string, create: boolean): Promise<FileSystemFileHandle> {
    const [directory, name] = split(path)
    return (await this.#directory(directory)).getFileHandle(name, { create })
  }

  #directory(name: string): Promise<FileSystemDirectoryHandle> {
    const known = this.#directories.get(name)
    if (known) return known
    const opened = this.#root.getDirectoryHandle(name, { create: true })
    this.#directories.set(name, opened)
    opened.catch(() => this.#directories.delete(name))
    return opened
  }
}

function split(path: string): [directory: string, name: string] {
  const slash = path.indexOf('/')
  return [path.slice(0, slash), path.slice(slash + 1)]
}

/** A write may take less than it was given when the quota ends. */
function writeAll(handle: FileSystemSyncAccessHandle, bytes: Uint8Array<ArrayBuffer>, at: number): void {
  const written = handle.write(bytes, { at })
  if (written < bytes.byteLength) throw new ScoutError('storage_full')
}

async function unlessMissing<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work()
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === 'NotFoundError') return null
    throw toStorageError(thrown)
  }
}

async function mapped<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    throw toStorageError(thrown)
  }
}

function mappedSync<T>(work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    throw toStorageError(thrown)
  }
}

function toStorageError(thrown: unknown): unknown {
  if (!(thrown instanceof DOMException)) return thrown
  switch (thrown.name) {
    case 'QuotaExceededError':
      return new ScoutError('storage_full', { cause: thrown })
    case 'SecurityError':
    case 'NotAllowedError':
    case 'UnknownError':
      return new ScoutError('storage_denied', { cause: thrown })
    case 'NoModificationAllowedError':
      return new ScoutError('store_locked', { cause: thrown })
    default:
      return thrown
  }
}
