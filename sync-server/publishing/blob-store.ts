import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Sha256 } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import { writeDurably } from '../files/durable-write.ts'
import { sha256Of } from './envelopes.ts'

/*
 * INVARIANTS
 *  1. A blob's name is the SHA-256 of its bytes; it never changes and is whole as soon as it is seen.
 *  2. A blob is durable before a manifest names it.
 */

/** `gzip` is the same content compressed, kept beside it where it pays. */
export type BlobForm = 'identity' | 'gzip'

export interface ByteRange {
  /** Both ends included. */
  readonly start: number
  readonly end: number
}

export interface BlobStore {
  /** Stores bytes; `compressed` keeps a gzip form for transfer beside them. */
  put(bytes: Uint8Array, options?: { readonly compressed?: boolean }): Promise<Sha256>
  /** Its size in bytes, or null when there is no such form. */
  size(sha256: Sha256, form: BlobForm): Promise<number | null>
  read(sha256: Sha256, form: BlobForm, range?: ByteRange): Readable
}

const compress = promisify(gzip)

/** Blobs as files: `<directory>/ab/abcd…`. */
export function fileBlobStore(directory: string): BlobStore {
  const pathOf = (sha256: Sha256, form: BlobForm) =>
    join(directory, sha256.slice(0, 2), form === 'gzip' ? `${sha256}.gz` : sha256)

  async function size(sha256: Sha256, form: BlobForm): Promise<number | null> {
    try {
      return (await stat(pathOf(sha256, form))).size
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
      throw error
    }
  }

  return {
    async put(bytes, { compressed = false } = {}) {
      const sha256 = sha256Of(bytes)
      try {
        if (compressed && (await size(sha256, 'gzip')) === null) {
          await writeDurably(pathOf(sha256, 'gzip'), await compress(bytes, { level: 6 }))
        }
        if ((await size(sha256, 'identity')) !== bytes.length)
          await writeDurably(pathOf(sha256, 'identity'), bytes)
      } catch (error) {
        throw error instanceof Error && 'code' in error && error.code === 'ENOSPC'
          ? new ScoutError('disk_full', { cause: error })
          : error
      }
      return sha256
    },
    size,
    read: (sha256, form, range) => createReadStream(pathOf(sha256, form), range ?? {}),
  }
}
