import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'

/**
 * Reads the rows of table leaf pages straight from a SQLite file and its write-ahead log, without the tree above them, which may be
 * what is damaged (https://www.sqlite.org/fileformat2.html, sections 1.6, 2 and 4.1).
 *
 * INVARIANTS
 * - Only reads, one page at a time. A page that makes no sense yields nothing.
 * - A page that was freed may still hold rows that were deleted: they come too.
 */

const PAGE = 4096
const LEAF_TABLE = 0x0d
const WAL_HEADER = 32
const FRAME_HEADER = 24
/** Of the 4,096 bytes of a page: what a cell keeps on it before it overflows. */
const MAX_LOCAL = PAGE - 35
const MIN_LOCAL = Math.floor(((PAGE - 12) * 32) / 255) - 23
const OVERFLOW_ROOM = PAGE - 4
/** No sale is larger; a length beyond it is damage. */
const MAX_PAYLOAD = 4 << 20

export interface RawRow {
  readonly rowid: number
  readonly columns: ReadonlyArray<string | number | null>
}

export class RawPages implements Disposable {
  readonly #file: number
  readonly #wal: number | undefined
  /** Page number → where its newest version lies in the write-ahead log. */
  readonly #inWal = new Map<number, number>()
  readonly pages: number

  constructor(path: string) {
    this.#file = openSync(path, 'r')
    this.#wal = existsSync(`${path}-wal`) ? openSync(`${path}-wal`, 'r') : undefined
    const inFile = Math.floor(fstatSync(this.#file).size / PAGE)
    this.#indexWal()
    this.pages = Math.max(inFile, ...this.#inWal.keys())
  }

  [Symbol.dispose](): void {
    closeSync(this.#file)
    if (this.#wal !== undefined) closeSync(this.#wal)
  }

  /** The rowids on a page, without reading what they hold. */
  rowids(page: number): number[] {
    return this.#cells(page).map(({ rowid }) => rowid)
  }

  row(page: number, rowid: number): RawRow | undefined {
    const cell = this.#cells(page).find(found => found.rowid === rowid)
    const payload = cell && this.#payload(cell)
    return payload && readRecord(payload, rowid)
  }

  #cells(number: number): Cell[] {
    const page = this.#page(number)
    const start = number === 1 ? 100 : 0
    if (page === undefined || page[start] !== LEAF_TABLE) return []
    const count = page.readUInt16BE(start + 3)
    if (start + 8 + count * 2 > PAGE) return []
    const cells: Cell[] = []
    for (let i = 0; i < count; i++) {
      const at = page.readUInt16BE(start + 8 + i * 2)
      const [size, afterSize] = varint(page, at)
      const [rowid, content] = varint(page, afterSize)
      if (size > 0 && size <= MAX_PAYLOAD && content < PAGE) cells.push({ page, rowid, size, content })
    }
    return cells
  }

  #payload({ page, size, content }: Cell): Buffer | undefined {
    const local = localBytes(size)
    const parts = [page.subarray(content, content + local)]
    if (parts[0]?.length !== local) return undefined
    let missing = size - local
    let next = missing > 0 && content + local + 4 <= PAGE ? page.readUInt32BE(content + local) : 0
    while (missing > 0) {
      const overflow = next > 0 ? this.#page(next) : undefined
      if (overflow === undefined) return undefined
      const part = overflow.subarray(4, 4 + Math.min(missing, OVERFLOW_ROOM))
      parts.push(part)
      missing -= part.length
      next = overflow.readUInt32BE(0)
    }
    return Buffer.concat(parts)
  }

  #page(number: number): Buffer | undefined {
    const inWal = this.#inWal.get(number)
    const bytes = Buffer.alloc(PAGE)
    const read =
      inWal !== undefined && this.#wal !== undefined
        ? readSync(this.#wal, bytes, 0, PAGE, inWal)
        : readSync(this.#file, bytes, 0, PAGE, (number - 1) * PAGE)
    return read === PAGE ? bytes : undefined
  }

  /** Frames of the log's present generation: those that carry the salt of its header. */
  #indexWal(): void {
    if (this.#wal === undefined) return
    const header = Buffer.alloc(WAL_HEADER)
    if (readSync(this.#wal, header, 0, WAL_HEADER, 0) < WAL_HEADER) return
    const frame = Buffer.alloc(FRAME_HEADER)
    for (
      let at = WAL_HEADER;
      readSync(this.#wal, frame, 0, FRAME_HEADER, at) === FRAME_HEADER;
      at += FRAME_HEADER + PAGE
    ) {
      if (!frame.subarray(8, 16).equals(header.subarray(16, 24))) return
      this.#inWal.set(frame.readUInt32BE(0), at + FRAME_HEADER)
    }
  }
}

interface Cell {
  readonly page: Buffer
  readonly rowid: number
  readonly size: number
  /** Where the payload begins on the page. */
  readonly content: number
}

function localBytes(size: number): number {
  if (size <= MAX_LOCAL) return size
  const kept = MIN_LOCAL + ((size - MIN_LOCAL) % OVERFLOW_ROOM)
  return kept <= MAX_LOCAL ? kept : MIN_LOCAL
}

/** A record of integers, reals, texts and nulls; anything else, and what does not fit, is `undefined`. */
function readRecord(payload: Buffer, rowid: number): RawRow | undefined {
  const [headerSize, first] = varint(payload, 0)
  if (headerSize > payload.length) return undefined
  const columns: Array<string | number | null> = []
  let at = headerSize
  for (let head = first; head < headerSize; ) {
    const [type, next] = varint(payload, head)
    head = next
    const size = type >= 12 ? (type - 12) >> 1 : (INTEGER_BYTES[type] ?? Number.NaN)
    if (!(at + size <= payload.length)) return undefined
    const bytes = payload.subarray(at, at + size)
    if (type >= 13 && type % 2 === 1) columns.push(bytes.toString('utf8'))
    else if (type === 0) columns.push(null)
    else if (type === 7) columns.push(bytes.readDoubleBE(0))
    else if (type <= 6) columns.push(Number(BigInt.asIntN(size * 8, BigInt(`0x${bytes.toString('hex')}`))))
    else if (type <= 9) columns.push(type - 8)
    else return undefined
    at += size
  }
  return { rowid, columns }
}

/** By serial type. */
const INTEGER_BYTES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0]

/** A variable-length integer and where the next byte stands. Past the end it is 0. */
function varint(bytes: Buffer, at: number): [value: number, next: number] {
  let value = 0
  for (let i = 0; i < 8; i++) {
    const byte = bytes[at + i] ?? 0
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) return [value, at + i + 1]
  }
  return [value * 256 + (bytes[at + 8] ?? 0), at + 9]
}
