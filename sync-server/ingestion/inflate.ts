import { constants, gunzip } from 'node:zlib'
import { MAX_BATCH_BYTES } from '../../app/contracts/device.ts'
import { ScoutError } from '../../app/errors.ts'

/** What the last four bytes of a gzip body say that it inflates to, modulo 2^32. */
function statedSize(compressed: Buffer): number {
  return compressed.length < TRAILER_BYTES ? 0 : compressed.readUInt32LE(compressed.length - TRAILER_BYTES)
}

/** How many bytes `inflate` gives at most. */
export function inflatedLimit(compressed: Buffer): number {
  return Math.min(MAX_BATCH_BYTES, Math.max(1, statedSize(compressed)))
}

/**
 * Inflates a gzip body of one member. Inflating stops at the first chunk past what the body says of itself, or past the limit of batches: a
 * bomb costs no more memory than an honest batch.
 *
 * @throws ScoutError `body_too_large`, `compression_invalid`
 */
export function inflate(compressed: Buffer): Promise<Buffer> {
  const maxOutputLength = inflatedLimit(compressed)
  const chunkSize = Math.min(LARGEST_CHUNK, Math.max(constants.Z_MIN_CHUNK, maxOutputLength))
  const options = { maxOutputLength, chunkSize, finishFlush: constants.Z_FINISH }
  return new Promise((resolve, reject) => {
    gunzip(compressed, options, (error, inflated) => {
      if (error === null) resolve(inflated)
      else reject(refusal(error, statedSize(compressed)))
    })
  })
}

const TRAILER_BYTES = 4
/** Most batches come out in one piece. */
const LARGEST_CHUNK = 512 << 10

function refusal(error: NodeJS.ErrnoException, stated: number): ScoutError {
  if (error.code === 'ERR_BUFFER_TOO_LARGE' && stated > MAX_BATCH_BYTES) {
    return new ScoutError('body_too_large', { details: { inflated_limit: MAX_BATCH_BYTES }, cause: error })
  }
  return new ScoutError('compression_invalid', { cause: error })
}
