import type { FileHandle } from 'node:fs/promises'
import { MAX_BATCH_BYTES } from '../../app/contracts/device.ts'
import { ScoutError } from '../../app/errors.ts'
import { type FileLook, type Position, progressAt, readAt, TAIL_BYTES } from './file-position.ts'
import { countLineFeeds, LINE_FEED, lines } from './lines.ts'
import { type Portion, portion } from './portion.ts'
import { type ReadSale, readSaleBytes } from './read-sales.ts'

/**
 * INVARIANTS
 * - Only whole lines are consumed. A last line without its end waits until it is a whole JSON object or array, or has not
 *   changed for `TORN_AFTER_MS`: then its writer is gone.
 */
export const TORN_AFTER_MS = 60_000
const CHUNK_BYTES = 256 << 10
/** Kept of a line that is too large to be sales; the file itself stays. */
const KEPT_OF_TOO_LARGE = 64 << 10

export async function* readLines(
  handle: FileHandle,
  look: FileLook,
  start: Position,
): AsyncGenerator<Portion> {
  let position = start
  let rest: Buffer = Buffer.alloc(0)
  for (let at = start.readTo; ; ) {
    const chunk = await readAt(handle, at, CHUNK_BYTES)
    if (chunk.length === 0) break
    at += chunk.length
    const data = Buffer.concat([rest, chunk])
    const whole = data.lastIndexOf(LINE_FEED) + 1
    const end = whole === 0 && data.length > MAX_BATCH_BYTES ? data.length : whole
    if (end > 0) {
      const consumed = data.subarray(0, end)
      const next = advance(position, consumed)
      yield consume(look, position, next, consumed)
      position = next
    }
    rest = data.subarray(end)
  }
  if (rest.length > 0 && (isWhole(rest) || look.quietMs >= TORN_AFTER_MS)) {
    yield consume(look, position, advance(position, rest), rest)
  }
}

function consume(look: FileLook, from: Position, to: Position, bytes: Buffer): Portion {
  const read = lines(bytes, from.line).map(line => ({ line: line.number, read: readLine(line.bytes) }))
  return portion(read, progressAt(look, to), bytes.length, false)
}

function readLine(bytes: Buffer): ReadSale[] {
  if (bytes.length <= MAX_BATCH_BYTES) return readSaleBytes(bytes)
  const error = new ScoutError('sale_too_large')
  return [{ ok: false, error, raw: bytes.subarray(0, KEPT_OF_TOO_LARGE), contract: null }]
}

function advance(from: Position, consumed: Buffer): Position {
  return {
    readTo: from.readTo + consumed.length,
    line: from.line + countLineFeeds(consumed),
    tail: Buffer.concat([from.tail, consumed.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES),
  }
}

/** An object or array that parses is complete; a bare number or word might still be growing. */
function isWhole(bytes: Buffer): boolean {
  try {
    const value: unknown = JSON.parse(bytes.toString())
    return typeof value === 'object' && value !== null
  } catch {
    return false
  }
}
