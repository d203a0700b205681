import { basename } from 'node:path'
import { ScoutError } from '../../../app/errors.ts'
import type { Transaction } from '../../database/pool.ts'
import { withTenant } from '../../database/tenant.ts'
import { storableJson } from '../../ingestion/storable-text.ts'
import { MASTER_KINDS, type MasterKind, type MasterKindName } from './master-kinds.ts'
import { fileSha256 } from './raw-rows.ts'
import { type GoodRow, type Problem, readFile } from './read-file.ts'
import type { ImportReport, ImportRequest, ImportStage } from './report.ts'
import { openScratch, seenKeys } from './seen-keys.ts'

/** Rows a transaction: a stopped import goes on when it is run again, because the same rows are written over themselves. */
const CHUNK_ROWS = 2_000

/**
 * Imports files of master data. Every row is checked before the first is written.
 *
 * @throws ScoutError `request_invalid` when a file is none of the kind, `not_found`, `cancelled`
 */
export async function importMaster(name: MasterKindName, request: ImportRequest): Promise<ImportReport> {
  const kind: MasterKind = MASTER_KINDS[name]
  const scratch = openScratch()
  try {
    const count = { rows: 0, bad: 0, imported: 0 }
    const ignored = new Set<string>()
    const notes: Record<string, number> = {}
    const chunks = (stage: ImportStage, onBad: ImportRequest['onBad']) =>
      checkedChunks(name, kind, request, stage, seenKeys(scratch), onBad, ignored)
    for await (const { read, bad } of chunks('checking', request.onBad)) {
      count.rows += read
      count.bad += bad
    }
    if (!request.dryRun && (count.bad === 0 || request.skipBad)) {
      scratch.database.exec('delete from seen')
      for await (const { rows, file, sha256 } of chunks('importing', () => undefined)) {
        if (rows.length === 0) continue
        const told = await withTenant(request.pool, request.tenant, async tx => {
          if (kind.bronze) await keepRaw(tx, kind.bronze, request, file, sha256, rows)
          return kind.write(tx, request, rows)
        })
        for (const [what, n] of Object.entries(told)) notes[what] = (notes[what] ?? 0) + n
        count.imported += rows.length
      }
    }
    const { dryRun } = request
    return {
      kind: name,
      dry_run: dryRun,
      rows: count.rows,
      bad_rows: count.bad,
      imported: count.imported,
      notes,
      ignored_columns: [...ignored],
    }
  } finally {
    scratch.close()
  }
}

interface Chunk {
  readonly file: string
  readonly sha256: string
  /** Those in order. */
  readonly rows: readonly GoodRow[]
  readonly read: number
  readonly bad: number
}

async function* checkedChunks(
  name: MasterKindName,
  kind: MasterKind,
  request: ImportRequest,
  stage: ImportStage,
  seen: ReturnType<typeof seenKeys>,
  onBad: ImportRequest['onBad'],
  ignored: Set<string>,
): AsyncGenerator<Chunk> {
  let done = 0
  for (const file of request.files) {
    const sha256 = await fileSha256(file)
    let rows: GoodRow[] = []
    let problems: Problem[] = []
    let read = 0
    const take = async (): Promise<Chunk> => {
      const taken = kind.code ? await takenCodes(kind.code, request, rows) : []
      const wrong = [...problems, ...taken].sort((a, b) => a.line - b.line)
      const badLines = new Set(wrong.map(({ line }) => line))
      for (const problem of wrong) onBad({ ...problem, file })
      const chunk = {
        file,
        sha256,
        rows: rows.filter(({ line }) => !badLines.has(line)),
        read,
        bad: badLines.size,
      }
      ;[rows, problems, read] = [[], [], 0]
      if (request.signal?.aborted) throw new ScoutError('cancelled')
      done += chunk.read
      request.onProgress?.({ stage, done })
      return chunk
    }
    for await (const row of readFile(name, file, headers => {
      for (const header of headers) ignored.add(header)
    })) {
      read++
      if ('bad' in row) problems.push(...row.bad)
      else {
        const reason = wrongWith(kind, row.good, seen, basename(file))
        if (reason === null) rows.push(row.good)
        else problems.push({ line: row.good.line, ...reason })
      }
      if (read === CHUNK_ROWS) yield await take()
    }
    if (read > 0) yield await take()
  }
}

function wrongWith(
  kind: MasterKind,
  row: GoodRow,
  seen: ReturnType<typeof seenKeys>,
  file: string,
): Omit<Problem, 'line'> | null {
  const reason = kind.check?.(row) ?? null
  if (reason !== null) return { column: null, reason }
  const place = `line ${row.line} of ${file}`
  const keys = [
    { column: kind.key.join(', '), values: kind.key.map(column => row.values.get(column)) },
    ...(kind.code ? [{ column: kind.code.column, values: [row.values.get(kind.code.column)] }] : []),
  ]
  for (const { column, values } of keys) {
    if (values.every(value => value === null || value === undefined)) continue
    const first = seen(JSON.stringify([column, ...values]), place)
    if (first !== null) return { column, reason: `stands already at ${first}` }
  }
  return null
}

/** Codes that another row of the tenant has. */
async function takenCodes(
  { table, id, column }: NonNullable<MasterKind['code']>,
  { pool, tenant }: ImportRequest,
  rows: readonly GoodRow[],
): Promise<Problem[]> {
  const coded = rows.filter(row => row.values.get(column))
  if (coded.length === 0) return []
  const { rows: taken } = await withTenant(pool, tenant, tx =>
    tx.query(
      `select r.ord::integer as ord, d.${id} as holder
       from unnest($2::text[], $3::text[]) with ordinality as r (id, code, ord)
       join scout.${table} d on d.tenant_id = $1 and d.${column} = r.code and d.${id} <> r.id`,
      [tenant, coded.map(row => row.values.get(id)), coded.map(row => row.values.get(column))],
    ),
  )
  return taken.map(({ ord, holder }) => ({
    line: coded[Number(ord) - 1]?.line ?? 0,
    column,
    reason: `belongs to ${holder}`,
  }))
}

async function keepRaw(
  tx: Transaction,
  table: NonNullable<MasterKind['bronze']>,
  { tenant, now }: ImportRequest,
  file: string,
  sha256: string,
  rows: readonly GoodRow[],
): Promise<void> {
  await tx.query(
    `insert into scout.${table} (tenant_id, file_sha256, line, row_data, source_file, loaded_at)
     select $1, $2, r.line, r.row_data::jsonb, $3, $4
     from unnest($5::integer[], $6::text[]) as r (line, row_data)
     on conflict do nothing`,
    [
      tenant,
      sha256,
      basename(file),
      now,
      rows.map(({ line }) => line),
      rows.map(({ raw }) => storableJson(raw)),
    ],
  )
}
