import { type FileHandle, open } from 'node:fs/promises'

const PORTION_CHARS = 256 << 10

/** A file that is written from its beginning, a portion at a time. */
export class OutputFile {
  readonly #handle: FileHandle
  #waiting: string[] = []
  #length = 0

  private constructor(handle: FileHandle) {
    this.#handle = handle
  }

  static async create(path: string): Promise<OutputFile> {
    return new OutputFile(await open(path, 'wx'))
  }

  async write(text: string): Promise<void> {
    this.#waiting.push(text)
    this.#length += text.length
    if (this.#length >= PORTION_CHARS) await this.#flush()
  }

  async close(): Promise<void> {
    try {
      await this.#flush()
    } finally {
      await this.#handle.close()
    }
  }

  async #flush(): Promise<void> {
    const text = this.#waiting.join('')
    this.#waiting = []
    this.#length = 0
    await this.#handle.writeFile(text)
  }
}
