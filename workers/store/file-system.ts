/**
 * The few things that the store asks of a disk. Paths are `directory/name`. In the product this is the origin private file
 * system; the tests have one in memory that dies in the middle of any step.
 */
export interface FileSystem {
  /** The whole file; null when there is none. */
  read(path: string): Promise<Uint8Array<ArrayBuffer> | null>
  /** The file as a handle on the disk, nothing of it read; null when there is none. */
  blob(path: string): Promise<Blob | null>
  /** Bytes; null when there is no such file. */
  size(path: string): Promise<number | null>
  /** Makes or replaces a file and flushes it. Not atomic: a crash leaves any part of it. */
  write(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>
  /** Opens a file for writing at its end, making it when there is none. One writer at a time. */
  append(path: string): Promise<Appender>
  /** Atomic; replaces what is there. */
  move(from: string, to: string): Promise<void>
  /** No error when there is none. */
  remove(path: string): Promise<void>
  /** Names in a directory; empty when there is no such directory. */
  list(directory: string): Promise<string[]>
  /** Everything. */
  clear(): Promise<void>
}

export interface Appender {
  readonly size: number
  write(bytes: Uint8Array<ArrayBuffer>): void
  /** Flushes. Must be called, whatever happened. */
  close(): void
}
