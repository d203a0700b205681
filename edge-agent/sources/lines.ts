export const LINE_FEED = 0x0a

export interface Line {
  /** 1-based. */
  readonly number: number
  readonly bytes: Buffer
}

/** The first `most` lines of `bytes` that hold anything, without their ends. Numbers count from the line after `before`. */
export function lines(bytes: Buffer, before = 0, most = Number.POSITIVE_INFINITY): Line[] {
  const found: Line[] = []
  let number = before
  for (let start = 0; start < bytes.length && found.length < most; ) {
    const feed = bytes.indexOf(LINE_FEED, start)
    const end = feed === -1 ? bytes.length : feed
    number++
    const line = bytes.subarray(start, end)
    if (!isBlank(line)) found.push({ number, bytes: line })
    start = end + 1
  }
  return found
}

export function countLineFeeds(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) count++
  return count
}

/** Space, tab, line feed and carriage return: the white space of JSON. */
function isBlank(line: Buffer): boolean {
  return line.every(byte => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d)
}
