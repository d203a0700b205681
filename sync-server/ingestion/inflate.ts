import { constants, gunzip } from 'node:zlib'
import { MAX_BATCH_BYTES } from '../../app/contracts/device.ts'
import { ScoutError } from '../../app/errors.ts'

/**
 * Inflates a gzip body. Inflating stops at the first chunk past `limit` bytes, so a bomb costs no more memory than an honest batch.
 *
 * @throws ScoutError `body_too_large`, `compression_invalid`
 */
export function inflate(compressed: Uint8Array, limit: number = MAX_BATCH_BYTES): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    gunzip(compressed, { maxOutputLength: limit, finishFlush: constants.Z_FINISH }, (error, inflated) => {
      if (error === null) resolve(inflated)
      else reject(refusal(error, limit))
    })
  })
}

function refusal(error: NodeJS.ErrnoException, limit: number): ScoutError {
  if (error.code === 'ERR_BUFFER_TOO_LARGE') {
    return new ScoutError('body_too_large', { details: { inflated_limit: limit }, cause: error })
  }
  return new ScoutError('compression_invalid', { cause: error })
}
