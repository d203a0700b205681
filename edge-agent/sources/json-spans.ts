/**
 * Where the parts of a JSON text stand, so that a sale can be cut out of an array or a document with its bytes as they
 * came. The text must have passed `JSON.parse`; positions are of UTF-16 units, the end is exclusive.
 */
export interface Span {
  readonly start: number
  readonly end: number
}

/** The first `most` elements of the array that begins the text. */
export function elementSpans(text: string, most: number): Span[] {
  const spans: Span[] = []
  let at = skipSpace(text, skipSpace(text, 0) + 1)
  while (text[at] !== ']' && spans.length < most) {
    const end = skipValue(text, at)
    spans.push({ start: at, end })
    at = skipSeparator(text, end)
  }
  return spans
}

/** The value of a member of the object that begins the text; of a repeated name the last, as `JSON.parse` takes it. */
export function memberSpan(text: string, name: string): Span | undefined {
  let found: Span | undefined
  let at = skipSpace(text, skipSpace(text, 0) + 1)
  while (text[at] !== '}') {
    const nameEnd = skipValue(text, at)
    const start = skipSpace(text, skipSpace(text, nameEnd) + 1)
    const end = skipValue(text, start)
    if (JSON.parse(text.slice(at, nameEnd)) === name) found = { start, end }
    at = skipSeparator(text, end)
  }
  return found
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++
  return at
}

function skipSeparator(text: string, from: number): number {
  const at = skipSpace(text, from)
  return text[at] === ',' ? skipSpace(text, at + 1) : at
}

function skipValue(text: string, from: number): number {
  const first = text[from]
  if (first === '"') return skipString(text, from)
  if (first === '{' || first === '[') return skipContainer(text, from)
  let at = from
  while (at < text.length && !',]} \n\r\t:'.includes(text.charAt(at))) at++
  return at
}

function skipString(text: string, from: number): number {
  for (let quote = text.indexOf('"', from + 1); ; quote = text.indexOf('"', quote + 1)) {
    if (quote === -1) return text.length
    let escapes = 0
    while (text[quote - 1 - escapes] === '\\') escapes++
    if (escapes % 2 === 0) return quote + 1
  }
}

function skipContainer(text: string, from: number): number {
  const bracket = /["{}[\]]/g
  bracket.lastIndex = from
  let depth = 0
  for (let match = bracket.exec(text); match !== null; match = bracket.exec(text)) {
    if (match[0] === '"') bracket.lastIndex = skipString(text, match.index)
    else if (match[0] === '{' || match[0] === '[') depth++
    else if (--depth === 0) return bracket.lastIndex
  }
  return text.length
}
