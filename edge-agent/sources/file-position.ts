import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import type { FileProgress } from '../outbox/records.ts'

/**
 * INVARIANTS
 * - A file goes on from where it was left only if the bytes before that place are the ones that were read; a file that was
 *   rewritten, or replaced under its name, is read from its beginning.
 */

/** A file of the watched folder as it was seen just now. */
export interface FileLook {
  /** Relative to the watched folder, with `/`. */
  readonly path: string
  readonly absolute: string
  readonly size: number
  /** How long it has not changed, in ms. */
  readonly quietMs: number
  readonly found: FileProgress | undefined
}

export interface Position {
  readonly readTo: number
  /** Lines before `readTo`. */
  readonly line: number
  /** The last bytes before `readTo`, at most `TAIL_BYTES` of them. */
  readonly tail: Buffer
}

export const TAIL_BYTES = 4096
const BEGINNING: Position = { readTo: 0, line: 0, tail: Buffer.alloc(0) }

export async function resume(handle: FileHandle, { found, size }: FileLook): Promise<Position> {
  if (found === undefined || size < found.readTo) return BEGINNING
  const from = Math.max(0, found.readTo - TAIL_BYTES)
  const tail = await readAt(handle, from, found.readTo - from)
  return fingerprint(tail) === found.fingerprint
    ? { readTo: found.readTo, line: found.line, tail }
    : BEGINNING
}

export function progressAt(look: FileLook, { readTo, line, tail }: Position): FileProgress {
  return { path: look.path, readTo, line, fingerprint: fingerprint(tail), doneAt: look.found?.doneAt ?? null }
}

/** The bytes from `position` on, fewer than `length` at the end of the file. */
export async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}

function fingerprint(tail: Buffer): string {
  return createHash('sha256').update(tail).digest('hex').slice(0, 32)
}
