import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { inflate } from '../../../sync-server/ingestion/inflate.ts'

describe('inflating', () => {
  it('gives back what was compressed, up to the limit and not a byte more', async () => {
    const limit = 1000
    expect(await inflate(gzipSync(Buffer.alloc(limit, 'a')), limit)).toEqual(Buffer.alloc(limit, 'a'))
    await expect(inflate(gzipSync(Buffer.alloc(limit + 1, 'a')), limit)).rejects.toMatchObject({
      code: 'body_too_large',
    })
  })

  it('stops a bomb before it has grown', async () => {
    const bomb = gzipSync(Buffer.alloc(256 << 20))
    const before = process.memoryUsage().arrayBuffers
    await expect(inflate(bomb)).rejects.toMatchObject({ code: 'body_too_large' })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20)
  })

  it.each([
    ['is no gzip', Buffer.from('{"boot_epoch":1}')],
    ['is empty', Buffer.alloc(0)],
    ['is cut short', gzipSync('a long enough text to be cut').subarray(0, 20)],
    ['is damaged', Buffer.from(gzipSync('a text')).fill(0xff, 12, 14)],
  ])('says so when the body %s', async (_what, body) => {
    await expect(inflate(body)).rejects.toMatchObject({ code: 'compression_invalid' })
  })
})
