import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { z } from 'zod'
import { RawPages } from './raw-pages.ts'

/**
 * INVARIANTS
 * - Salvage only reads, and holds one sale at a time. What it yields was readable and is whole: the sale is JSON.
 * - Sales come in the order of their numbers. A page that cannot be read costs what stood on it, nothing behind it.
 * - A sale that was already sent may come again under a new number; the server knows it by its transaction id and hash.
 */

const readable = z.object({
  seq: z.number().int().positive(),
  contract: z.string().min(1).max(32),
  recorded_at: z.iso.datetime(),
  sale: z.string().refine(isJson),
})
export type SalvagedSale = z.infer<typeof readable>

/** Numbers from..to, both included, that SQLite cannot read. */
interface Gap {
  readonly from: number
  readonly to: number
}

/** The waiting sales of a damaged outbox behind number `after`, oldest first. */
export function* salvage(path: string, after = 0): Generator<SalvagedSale> {
  using pages = openPages(path)
  for (const found of readAround(path, after)) {
    if ('from' in found) {
      if (pages !== undefined) yield* readGap(pages, found)
    } else yield found
  }
}

function openPages(path: string): RawPages | undefined {
  try {
    return new RawPages(path)
  } catch {
    // Not a file that can be read at all: then there is nothing.
    return undefined
  }
}

const EVERYTHING = Number.MAX_SAFE_INTEGER

/** What SQLite reads, and gaps where it cannot. */
function* readAround(path: string, after: number): Generator<SalvagedSale | Gap> {
  let database: DatabaseSync | undefined
  try {
    let behind: StatementSync
    try {
      database = new DatabaseSync(path, { readOnly: true })
      behind = database.prepare(
        'select seq, contract, recorded_at, sale from waiting where seq > ? order by seq',
      )
    } catch {
      yield { from: after + 1, to: EVERYTHING }
      return
    }
    for (let last = after; ; ) {
      try {
        for (const row of behind.iterate(last)) {
          last = Number(row.seq)
          const parsed = readable.safeParse(row)
          if (parsed.success) yield parsed.data
        }
        return
      } catch {
        const next = nextReadable(behind, last)
        yield { from: last + 1, to: next === undefined ? EVERYTHING : next - 1 }
        if (next === undefined) return
        last = next - 1
      }
    }
  } finally {
    database?.close()
  }
}

/** The first number behind a damaged place from which SQLite reads on; `undefined` when there is none within reach. */
function nextReadable(behind: StatementSync, last: number): number | undefined {
  for (let step = 1; step <= 2 ** 40; step *= 2) {
    const first = firstBehind(behind, last + step)
    if (first === 'damage') continue
    if (first === undefined) return undefined
    // The damage ends between the last step that hit it and this one.
    let [bad, good] = [last + Math.floor(step / 2), last + step]
    while (good - bad > 1) {
      const middle = Math.floor((bad + good) / 2)
      if (firstBehind(behind, middle) === 'damage') bad = middle
      else good = middle
    }
    const found = firstBehind(behind, good)
    return typeof found === 'number' ? found : first
  }
  return undefined
}

function firstBehind(behind: StatementSync, seq: number): number | 'damage' | undefined {
  try {
    const row = behind.get(seq)
    return row === undefined ? undefined : Number(row.seq)
  } catch {
    // What this is for: to find out whether SQLite reads here.
    return 'damage'
  }
}

/** Columns of a row of `waiting` as they lie in the file: the number stands outside, as the rowid. */
const waitingColumns = z.tuple([z.null(), z.string(), z.string(), z.string()]).rest(z.unknown())

function* readGap(pages: RawPages, { from, to }: Gap): Generator<SalvagedSale> {
  const places: Array<{ rowid: number; page: number }> = []
  for (let page = 1; page <= pages.pages; page++) {
    for (const rowid of pages.rowids(page)) if (rowid >= from && rowid <= to) places.push({ rowid, page })
  }
  places.sort((a, b) => a.rowid - b.rowid || a.page - b.page)
  let last = 0
  for (const { rowid, page } of places) {
    if (rowid === last) continue
    const columns = waitingColumns.safeParse(pages.row(page, rowid)?.columns)
    if (!columns.success) continue
    const [, contract, recorded_at, sale] = columns.data
    const parsed = readable.safeParse({ seq: rowid, contract, recorded_at, sale })
    if (!parsed.success) continue
    last = rowid
    yield parsed.data
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
