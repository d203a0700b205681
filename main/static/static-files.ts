import fs from 'node:fs/promises'
import { errorAnswer } from '../error-answer.ts'
import { byteRange } from './byte-range.ts'
import { filePath } from './file-path.ts'
import { mediaType } from './media-type.ts'

/*
 * Packed, the files lie in an archive that Electron reads by replacing functions of the `fs` object: so they are called on the object.
 * They are read whole, not streamed: the archive's integrity is that of whole files, and a stream would copy each to a temporary one.
 */

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
    const file = path === undefined ? undefined : await fs.stat(path)
    if (path === undefined || file === undefined || !file.isFile()) return errorAnswer('not_found')
    return answer(request, path, file.size, HASHED.test(pathname))
  }
}

async function answer(request: Request, path: string, size: number, immutable: boolean): Promise<Response> {
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
  const body = request.method === 'HEAD' ? null : (await fs.readFile(path)).subarray(start, end + 1)
  return new Response(body, { status: range.kind === 'part' ? 206 : 200, headers })
}
