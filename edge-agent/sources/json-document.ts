import type { FileHandle } from 'node:fs/promises'
import { MAX_BATCH_BYTES } from '../../app/contracts/device.ts'
import { ScoutError } from '../../app/errors.ts'
import { type FileLook, progressAt, readAt, TAIL_BYTES } from './file-position.ts'
import { TORN_AFTER_MS } from './json-lines.ts'
import { countLineFeeds, LINE_FEED } from './lines.ts'
import { type Portion, portion } from './portion.ts'
import { type ReadSale, readSaleBytes } from './read-sales.ts'

/** Whether a file is one document by its name; tills of old write `SALE.JSON`. */
export function isNamedDocument(path: string): boolean {
  return /\.json$/i.test(path)
}

/**
 * Reads a `.json` file as one document, or says that it holds `lines` after all, or is still `growing`.
 *
 * INVARIANTS
 * - A document is taken whole or not at all.
 * - One that does not parse is taken for torn, and rejected, only after it has not changed for `TORN_AFTER_MS`.
 */
export async function readDocument(
  handle: FileHandle,
  look: FileLook,
): Promise<Portion | 'lines' | 'growing'> {
  if (look.size > MAX_BATCH_BYTES) return tooLarge(handle, look)
  const bytes = await readAt(handle, 0, look.size)
  const read = readSaleBytes(bytes)
  if (!isMalformed(read)) return whole(look, bytes, read)
  const end = bytes.indexOf(LINE_FEED)
  if (end !== -1 && !isMalformed(readSaleBytes(bytes.subarray(0, end)))) return 'lines'
  return look.quietMs < TORN_AFTER_MS ? 'growing' : whole(look, bytes, read)
}

async function tooLarge(handle: FileHandle, look: FileLook): Promise<Portion | 'growing'> {
  if (look.quietMs < TORN_AFTER_MS) return 'growing'
  const error = new ScoutError('body_too_large', {
    message: `The document is larger than ${MAX_BATCH_BYTES} bytes. Write it as JSON Lines; the file itself lies in done/.`,
  })
  const tail = await readAt(handle, look.size - TAIL_BYTES, TAIL_BYTES)
  return whole(look, tail, [{ ok: false, error, raw: '', contract: null }])
}

function whole(look: FileLook, bytes: Buffer, read: readonly ReadSale[]): Portion {
  const end = { readTo: look.size, line: countLineFeeds(bytes), tail: bytes.subarray(-TAIL_BYTES) }
  return portion([{ line: null, read }], progressAt(look, end), bytes.length, true)
}

function isMalformed(read: readonly ReadSale[]): boolean {
  return read.length === 1 && read[0]?.ok === false && read[0].error.code === 'sale_malformed'
}
