import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { MAX_BATCH_BYTES } from '../../../app/contracts/device.ts'
import { inflate } from '../../../sync-server/ingestion/inflate.ts'

describe('inflating', () => {
  it('gives what is at the limit, and refuses one byte more', async () => {
    const most = Buffer.alloc(MAX_BATCH_BYTES, 'a')
    expect((await inflate(gzipSync(most))).equals(most)).toBe(true)
    await expect(inflate(gzipSync(Buffer.alloc(MAX_BATCH_BYTES + 1, 'a')))).rejects.toMatchObject({
      code: 'body_too_large',
    })
  })

  it('stops a bomb before it has grown', async () => {
    const bomb = gzipSync(Buffer.alloc(256 << 20))
    const before = process.memoryUsage().arrayBuffers
    await expect(inflate(bomb)).rejects.toMatchObject({ code: 'body_too_large' })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20)
  })

  it('stops at the size that a body states, and refuses one that lies', async () => {
    const liar = gzipSync(Buffer.alloc(8 << 20))
    liar.writeUInt32LE(1000, liar.length - 4)
    await expect(inflate(liar)).rejects.toMatchObject({ code: 'compression_invalid' })
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
