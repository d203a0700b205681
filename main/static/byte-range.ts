export type ByteRange =
  | { readonly kind: 'whole' }
  /** Both ends included, as in `Content-Range`. */
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' }

const WHOLE: ByteRange = { kind: 'whole' }
const UNSATISFIABLE: ByteRange = { kind: 'unsatisfiable' }

/**
 * What a `Range` header asks of `size` bytes (RFC 9110, 14.1.2). One range is served; several, other units and what is
 * malformed are ignored, as the RFC allows: the whole is a right answer to them.
 */
export function byteRange(header: string | null, size: number): ByteRange {
  const match = header === null ? null : /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(header.trim())
  if (match === null) return WHOLE
  const [, first = '', last = ''] = match
  if (first === '') return last === '' ? WHOLE : suffix(Number(last), size)
  const start = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== '' && Number(last) < start) return WHOLE
  return start >= size ? UNSATISFIABLE : { kind: 'part', start, end }
}

function suffix(length: number, size: number): ByteRange {
  if (length === 0 || size === 0) return UNSATISFIABLE
  return { kind: 'part', start: Math.max(0, size - length), end: size - 1 }
}
