import type { IncomingMessage } from 'node:http'
import { BATCH_MEDIA_TYPE, MAX_BATCH_BYTES } from '../../app/contracts/device.ts'
import { ScoutError } from '../../app/errors.ts'
import { type ReadSale, readSaleBytes, readSaleLines } from './read-sales.ts'

const MEDIA_TYPES = ['application/json', BATCH_MEDIA_TYPE, 'application/jsonl'] as const
type MediaType = (typeof MEDIA_TYPES)[number]

/**
 * Reads the sales of a request.
 *
 * @throws ScoutError `encoding_unsupported`, `body_too_large`.
 */
export async function readBody(request: IncomingMessage): Promise<ReadSale[]> {
  const type = mediaType(request)
  const body = await collect(request)
  return type === 'application/json' ? readSaleBytes(body) : readSaleLines(body)
}

function mediaType(request: IncomingMessage): MediaType {
  const named = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  const type = MEDIA_TYPES.find(known => known === named)
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (type && encoding === 'identity') return type
  throw new ScoutError('encoding_unsupported', {
    message: `Send sales uncompressed with Content-Type: application/json or ${BATCH_MEDIA_TYPE}.`,
  })
}

async function collect(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = () =>
    new ScoutError('body_too_large', {
      message: `The body is larger than ${MAX_BATCH_BYTES} bytes. Send fewer sales at once.`,
    })
  if (Number(request.headers['content-length'] ?? 0) > MAX_BATCH_BYTES) throw tooLarge()
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes > MAX_BATCH_BYTES) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
