import { ScoutError } from '../../../app/errors.ts'
import type { FileKind } from './columns.ts'
import { readHeaders } from './headers.ts'
import { rawRows } from './raw-rows.ts'
import { readValue } from './values.ts'

/** What is wrong with a row; the column is null when it is the row as a whole. */
export interface Problem {
  readonly line: number
  readonly column: string | null
  readonly reason: string
}

/** A row whose every value is in order. */
export interface GoodRow {
  readonly line: number
  /** By column name; a column that the file does not have is absent. */
  readonly values: ReadonlyMap<string, string | null>
  /** As it stood there, by header. */
  readonly raw: Readonly<Record<string, string>>
}

export type ReadRow =
  | { readonly good: GoodRow }
  /** With the values of it that are in order. */
  | { readonly bad: readonly Problem[]; readonly values: ReadonlyMap<string, string | null> }

/**
 * Reads a file of a kind row by row.
 *
 * @param onHeaders gets the headers that are ignored
 * @throws ScoutError `request_invalid` when it is no such file
 */
export async function* readFile(
  kind: FileKind,
  path: string,
  onHeaders: (ignored: readonly string[]) => void = () => undefined,
): AsyncGenerator<ReadRow> {
  let headers: readonly string[] | undefined
  let columns: ReturnType<typeof readHeaders>['columns'] = []
  for await (const row of rawRows(path)) {
    if (row.problem !== undefined) {
      yield { bad: [{ line: row.line, column: null, reason: row.problem }], values: new Map() }
    } else if (headers === undefined) {
      headers = row.fields
      const read = readHeaders(kind, path, headers)
      columns = read.columns
      onHeaders(read.ignored)
    } else if (row.fields.length !== headers.length) {
      const reason = `has ${row.fields.length} fields where the header has ${headers.length}`
      yield { bad: [{ line: row.line, column: null, reason }], values: new Map() }
    } else {
      yield readFields(row.line, headers, row.fields, columns)
    }
  }
  if (headers === undefined) throw new ScoutError('request_invalid', { message: `${path} is empty.` })
}

function readFields(
  line: number,
  headers: readonly string[],
  fields: readonly string[],
  columns: ReturnType<typeof readHeaders>['columns'],
): ReadRow {
  const raw = Object.fromEntries(headers.map((header, i) => [header, fields[i] ?? '']))
  const values = new Map<string, string | null>()
  const bad: Problem[] = []
  for (const { column, header } of columns) {
    const reading = readValue(column, raw[header] ?? '')
    if ('problem' in reading) bad.push({ line, column: header, reason: reading.problem })
    else values.set(column.name, reading.value)
  }
  return bad.length > 0 ? { bad, values } : { good: { line, values, raw } }
}
