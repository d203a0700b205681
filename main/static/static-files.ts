import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { errorAnswer } from '../error-answer.ts'
import { byteRange } from './byte-range.ts'
import { filePath } from './file-path.ts'
import { mediaType } from './media-type.ts'

/** Names with the build's content hash in them: their bytes never change. */
const HASHED = /^\/assets\/.*-[\w-]{8,}\.\w+$/

/** Serves the built page from a directory: `GET` and `HEAD`, one `Range` (206, 416), 404 for what is not there. */
export function staticFiles(root: string): (request: Request) => Promise<Response> {
  return async request => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return errorAnswer('not_found', { message: 'Files can only be read.' }, { allow: 'GET, HEAD' })
    }
    const { pathname } = new URL(request.url)
    const path = await filePath(root, pathname)
    const file = path === undefined ? undefined : await stat(path)
    if (path === undefined || file === undefined || !file.isFile()) return errorAnswer('not_found')
    return answer(request, path, file.size, HASHED.test(pathname))
  }
}

function answer(request: Request, path: string, size: number, immutable: boolean): Response {
  const headers = new Headers({
    'accept-ranges': 'bytes',
    'content-type': mediaType(path),
    'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  })
  // There is no validator that an `If-Range` could agree with, so it asks for the whole.
  const range = byteRange(request.headers.has('if-range') ? null : request.headers.get('range'), size)
  if (range.kind === 'unsatisfiable') {
    headers.set('content-range', `bytes */${size}`)
    return new Response(null, { status: 416, headers })
  }
  const { start, end } = range.kind === 'part' ? range : { start: 0, end: size - 1 }
  headers.set('content-length', String(end - start + 1))
  if (range.kind === 'part') headers.set('content-range', `bytes ${start}-${end}/${size}`)
  const empty = request.method === 'HEAD' || size === 0
  const body = empty ? null : webStream(createReadStream(path, { start, end }))
  return new Response(body, { status: range.kind === 'part' ? 206 : 200, headers })
}

/** Node's and the DOM's types name the same stream twice. */
function webStream(stream: Readable): ReadableStream<Uint8Array> {
  return Readable.toWeb(stream) as ReadableStream<Uint8Array>
}
