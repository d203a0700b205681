import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { BatchHeader } from '../../../app/contracts/device.ts'
import { deviceId } from '../../../app/domain/ids.ts'
import { ScoutError } from '../../../app/errors.ts'
import { withTenant } from '../../database/tenant.ts'
import { type BatchOrigin, findConflicts, insertEvents } from '../../ingestion/bronze-rows.ts'
import { type BusinessTime, businessTime } from '../../ingestion/business-time.ts'
import { isRefused, type JudgedSale, judgeSale } from '../../ingestion/judge-sale.ts'
import { storePersons } from '../../personal/person-rows.ts'
import { composeSale } from './compose-sale.ts'
import { fileSha256 } from './raw-rows.ts'
import { type GoodRow, type Problem, readFile } from './read-file.ts'
import type { ImportReport, ImportRequest } from './report.ts'
import { openScratch, type Scratch, seenKeys } from './seen-keys.ts'
import { type StagedItems, stageItems } from './staged-items.ts'

export interface SalesRequest extends ImportRequest {
  /** Files of the lines of these sales. */
  readonly items: readonly string[]
}

/** Sales a transaction. */
const CHUNK_SALES = 1_000

/** An administrator may bring in sales of any age. */
const NO_PAST_GATE = '0001-01-01'

/**
 * Imports sales as if a till had sent them: judged as its sales are, into bronze, under a device that is named by the hash of the files, a row
 * a seq. So the same files again are duplicates alone, and an import that was stopped goes on when it is run again. A sale whose store nobody
 * knows is a bad row: import the store first.
 *
 * @throws ScoutError `request_invalid` when a file is none of its kind, `not_found`, `cancelled`
 */
export async function importSales(request: SalesRequest): Promise<ImportReport> {
  const scratch = openScratch()
  try {
    const context = await readContext(request)
    const items = stageItems(scratch)
    const ignored = new Set<string>()
    const count = { rows: 0, bad: 0, imported: 0, duplicates: 0 }
    const bad = (file: string, problems: readonly Problem[]) => {
      count.bad += new Set(problems.map(({ line }) => line)).size
      for (const problem of problems) request.onBad({ ...problem, file })
    }
    // A line that is bad makes its sale bad: a sale without it would be another sale.
    const { spoilt, lost } = await readItems(request, items, ignored, bad)
    const passes = { ...context, request, items, scratch, spoilt, ignored }
    for await (const chunk of judgedChunks(passes, 'checking')) {
      count.rows += chunk.read
      for (const [file, problems] of chunk.bad) bad(file, problems)
    }
    for (const { file, line } of items.left()) {
      bad(file, [{ line, column: 'transaction_id', reason: 'belongs to no sale of these files' }])
    }
    if (!request.dryRun && (count.bad === 0 || request.skipBad)) {
      scratch.database.exec('delete from seen')
      for await (const { sales } of judgedChunks(passes, 'importing')) {
        const written = await store(request, context, sales)
        count.imported += written.imported
        count.duplicates += written.duplicates
      }
    }
    return {
      kind: 'transactions',
      dry_run: request.dryRun,
      rows: count.rows + items.count() + lost,
      bad_rows: count.bad,
      imported: count.imported,
      notes: { duplicates: count.duplicates },
      ignored_columns: [...ignored],
    }
  } finally {
    scratch.close()
  }
}

interface Context {
  readonly time: BusinessTime
  readonly stores: ReadonlySet<string>
  readonly origin: BatchOrigin
}

async function readContext({ pool, tenant, files, items, keys, now }: SalesRequest): Promise<Context> {
  const hash = createHash('sha256')
  for (const file of [...files, ...items]) hash.update(await fileSha256(file))
  const device = deviceId.parse(`import-${hash.digest('hex')}`)
  const { stores, timeZone } = await withTenant(pool, tenant, async tx => {
    const known = await tx.query('select store_id from scout.dim_store where tenant_id = $1', [tenant])
    const zone = await tx.query(
      'select p.time_zone from scout.tenant t join scout.geo_pack p on p.pack_id = t.pack_id where t.tenant_id = $1',
      [tenant],
    )
    return {
      stores: new Set(known.rows.map(row => String(row.store_id))),
      timeZone: String(zone.rows[0]?.time_zone),
    }
  })
  const header: BatchHeader = {
    boot_epoch: 1,
    seqs: [],
    sent_at: now.toISOString(),
    clock_offset_ms: null,
    agent_version: 'import',
    backlog: 0,
  }
  const origin: BatchOrigin = {
    device: { kind: 'device', tenantId: tenant, deviceId: device },
    header,
    receivedAt: now,
    keys,
  }
  return { time: businessTime(timeZone), stores, origin }
}

/** @returns ids of the sales that have a bad line, and how many lines are bad */
async function readItems(
  request: SalesRequest,
  items: StagedItems,
  ignored: Set<string>,
  bad: (file: string, problems: readonly Problem[]) => void,
): Promise<{ spoilt: ReadonlySet<string>; lost: number }> {
  const spoilt = new Set<string>()
  let done = 0
  let lost = 0
  for (const file of request.items) {
    const onHeaders = (headers: readonly string[]) => {
      for (const header of headers) ignored.add(header)
    }
    for await (const row of readFile('items', file, onHeaders)) {
      if ('good' in row) items.add(file, row.good)
      else {
        bad(file, row.bad)
        const sale = row.values.get('transaction_id')
        if (sale) spoilt.add(sale)
        lost++
      }
      if (++done % CHUNK_SALES === 0) progress(request, 'checking', done)
    }
  }
  return { spoilt, lost }
}

interface Passes extends Context {
  readonly request: SalesRequest
  readonly items: StagedItems
  readonly scratch: Scratch
  readonly spoilt: ReadonlySet<string>
  readonly ignored: Set<string>
}

interface Chunk {
  readonly sales: readonly JudgedSale[]
  readonly read: number
  readonly bad: readonly (readonly [string, readonly Problem[]])[]
}

async function* judgedChunks(passes: Passes, stage: 'checking' | 'importing'): AsyncGenerator<Chunk> {
  const seen = seenKeys(passes.scratch)
  const { request, ignored } = passes
  let [sales, bad, read, seq, done]: [JudgedSale[], [string, readonly Problem[]][], number, number, number] =
    [[], [], 0, 0, 0]
  for (const file of request.files) {
    const onHeaders = (headers: readonly string[]) => {
      for (const header of headers) ignored.add(header)
    }
    for await (const row of readFile('transactions', file, onHeaders)) {
      seq++
      read++
      if ('bad' in row) bad.push([file, row.bad])
      else {
        const verdict = judgeRow(passes, seq, file, row.good, seen)
        if ('line' in verdict) bad.push([file, [verdict]])
        else sales.push(verdict)
      }
      if (read === CHUNK_SALES) {
        done += read
        progress(request, stage, done)
        yield { sales, read, bad }
        ;[sales, bad, read] = [[], [], 0]
      }
    }
  }
  progress(request, stage, done + read)
  if (read > 0) yield { sales, read, bad }
}

function judgeRow(
  { request, time, stores, items, spoilt }: Passes,
  seq: number,
  file: string,
  row: GoodRow,
  seen: ReturnType<typeof seenKeys>,
): JudgedSale | Problem {
  const { line, values } = row
  const storeId = String(values.get('store_id'))
  const transactionId = String(values.get('transaction_id'))
  const place = `line ${line} of ${basename(file)}`
  const first = seen(JSON.stringify([storeId, transactionId]), place)
  const lines = items.take(storeId, transactionId)
  if (first !== null) return { line, column: 'transaction_id', reason: `stands already at ${first}` }
  if (lines.some(item => !item.get('store_id'))) {
    const other = seen(JSON.stringify([transactionId]), place)
    if (other !== null) {
      const reason = `its lines name no store and could be those of ${other}`
      return { line, column: 'transaction_id', reason }
    }
  }
  if (spoilt.has(transactionId)) return { line, column: null, reason: 'has a line that is bad' }
  if (!stores.has(storeId)) {
    return { line, column: 'store_id', reason: `no store ${storeId} is known; import it first` }
  }
  const recorded_at = request.now.toISOString()
  const raw = Buffer.from(JSON.stringify({ contract: 'pos.v1', recorded_at, sale: composeSale(row, lines) }))
  const verdict = judgeSale(
    seq,
    raw,
    time,
    { receivedAt: request.now, backfillFrom: NO_PAST_GATE },
    { tenantId: request.tenant, keys: request.keys },
  )
  if (isRefused(verdict)) return { line, column: null, reason: verdict.message }
  const [reason] = verdict.reasons
  if (reason !== undefined) {
    return { line, column: 'sold_at', reason: reason === 'clock_future' ? 'lies in the future' : reason }
  }
  return verdict
}

async function store(
  { pool, tenant, keys, now }: SalesRequest,
  { origin }: Context,
  sales: readonly JudgedSale[],
): Promise<{ imported: number; duplicates: number }> {
  if (sales.length === 0) return { imported: 0, duplicates: 0 }
  return withTenant(pool, tenant, async tx => {
    const inserted = await insertEvents(tx, origin, sales, { allNew: false })
    const rest = sales.filter(sale => !inserted.has(sale.seq))
    const conflicts = await findConflicts(tx, origin, rest)
    if (conflicts.size > 0) throw new ScoutError('event_key_conflict')
    await storePersons(
      tx,
      tenant,
      keys,
      sales.flatMap(({ person }) => person ?? []),
      now,
    )
    return { imported: inserted.size, duplicates: rest.length }
  })
}

function progress({ signal, onProgress }: SalesRequest, stage: 'checking' | 'importing', done: number): void {
  if (signal?.aborted) throw new ScoutError('cancelled')
  onProgress?.({ stage, done })
}
