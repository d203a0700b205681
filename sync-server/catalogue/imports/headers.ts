import { ScoutError } from '../../../app/errors.ts'
import { COLUMNS, type Column, type FileKind } from './columns.ts'

export interface Headers {
  /** The columns that the file has, and how it writes each. */
  readonly columns: readonly { readonly column: Column; readonly header: string }[]
  /** Headers that mean nothing here; their values are not imported. */
  readonly ignored: readonly string[]
}

/**
 * Finds the columns of a kind among a file's headers, whatever their case and punctuation; of several that mean the same the one with
 * the column's own name.
 *
 * @throws ScoutError `request_invalid` that names what is missing
 */
export function readHeaders(kind: FileKind, file: string, headers: readonly string[]): Headers {
  const byPlain = new Map(headers.map(header => [plain(header), header]))
  const columns = COLUMNS[kind].flatMap((column: Column) => {
    const header = [column.name, ...(column.synonyms ?? [])].map(name => byPlain.get(name)).find(Boolean)
    return header === undefined ? [] : [{ column, header }]
  })
  const found = new Set(columns.map(({ column }) => column.name))
  const missing = COLUMNS[kind].filter((column: Column) => column.required && !found.has(column.name))
  if (missing.length > 0) {
    const wanted = missing.map((column: Column) => [column.name, ...(column.synonyms ?? [])].join(' or '))
    throw new ScoutError('request_invalid', {
      message: `${file} is no file of ${kind}: it has no column ${wanted.join(', nor ')}. It has: ${headers.join(', ')}.`,
    })
  }
  const used = new Set(columns.map(({ header }) => header))
  return { columns, ignored: headers.filter(header => !used.has(header)) }
}

function plain(header: string): string {
  return header
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '')
}
