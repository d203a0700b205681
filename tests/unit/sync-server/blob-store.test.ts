import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileBlobStore } from '../../../sync-server/publishing/blob-store.ts'

describe('the blob store', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'scout-blobs-'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  const bytes = Buffer.from('a partition '.repeat(50))

  it('names a blob by what is in it and gives any part of it', async () => {
    const store = fileBlobStore(directory)
    const sha256 = await store.put(bytes)
    expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
    expect(await store.size(sha256, 'identity')).toBe(bytes.length)
    expect(await buffer(store.read(sha256, 'identity', { start: 2, end: 10 }))).toEqual(bytes.subarray(2, 11))
    expect(await store.size(sha256, 'gzip')).toBeNull()
  })

  it('keeps a compressed form beside it when asked', async () => {
    const store = fileBlobStore(directory)
    const sha256 = await store.put(bytes, { compressed: true })
    expect(gunzipSync(await buffer(store.read(sha256, 'gzip')))).toEqual(bytes)
  })

  it('stores the same bytes once and leaves no temporary file behind', async () => {
    const store = fileBlobStore(directory)
    await Promise.all([store.put(bytes), store.put(bytes)])
    const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter(entry =>
      entry.isFile(),
    )
    expect(files.map(({ name }) => name)).toEqual([createHash('sha256').update(bytes).digest('hex')])
  })
})
