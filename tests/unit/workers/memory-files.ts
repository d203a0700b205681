import type { Appender, FileSystem } from '../../../workers/store/file-system.ts'

/** Thrown where the power went. */
export class PowerCut extends Error {}

/**
 * A disk in memory. `cutAfter` counts writing steps: the power goes in the middle of the one after, leaving `torn` of what it wrote
 * (0–1), and nothing works until `restart`.
 */
export class MemoryFiles implements FileSystem {
  readonly files = new Map<string, Uint8Array<ArrayBuffer>>()
  steps = 0
  cutAfter = Number.POSITIVE_INFINITY
  torn = 0.5
  #off = false

  restart(): void {
    this.#off = false
    this.cutAfter = Number.POSITIVE_INFINITY
  }

  async read(path: string) {
    this.#mustBeOn()
    return this.files.get(path)?.slice() ?? null
  }

  async blob(path: string) {
    const bytes = await this.read(path)
    return bytes && new Blob([bytes])
  }

  async size(path: string) {
    return (await this.read(path))?.byteLength ?? null
  }

  async write(path: string, bytes: Uint8Array<ArrayBuffer>) {
    this.#step(() => this.files.set(path, bytes.slice(0, Math.floor(bytes.byteLength * this.torn))))
    this.files.set(path, bytes.slice())
  }

  async append(path: string): Promise<Appender> {
    this.#mustBeOn()
    const files = this.files
    let content = files.get(path) ?? new Uint8Array()
    files.set(path, content)
    return {
      get size() {
        return content.byteLength
      },
      write: bytes => {
        this.#step(() => undefined)
        const grown = new Uint8Array(content.byteLength + bytes.byteLength)
        grown.set(content)
        grown.set(bytes, content.byteLength)
        content = grown
        files.set(path, content)
      },
      close: () => undefined,
    }
  }

  async move(from: string, to: string) {
    this.#step(() => undefined)
    const bytes = this.files.get(from)
    if (!bytes) throw new Error(`no ${from}`)
    this.files.set(to, bytes)
    this.files.delete(from)
  }

  async remove(path: string) {
    this.#step(() => undefined)
    this.files.delete(path)
  }

  async list(directory: string) {
    this.#mustBeOn()
    const prefix = `${directory}/`
    return [...this.files.keys()]
      .filter(path => path.startsWith(prefix))
      .map(path => path.slice(prefix.length))
  }

  async clear() {
    this.#step(() => undefined)
    this.files.clear()
  }

  #step(whenCut: () => void): void {
    this.#mustBeOn()
    this.steps += 1
    if (this.steps <= this.cutAfter) return
    whenCut()
    this.#off = true
    throw new PowerCut()
  }

  #mustBeOn(): void {
    if (this.#off) throw new PowerCut()
  }
}
