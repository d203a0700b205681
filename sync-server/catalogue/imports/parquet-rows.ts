import { openAsBlob } from 'node:fs'
import { DataType, type Field, tableFromIPC } from 'apache-arrow'
import { ParquetFile } from 'parquet-wasm'
import { ScoutError } from '../../../app/errors.ts'
import type { RawRow } from './raw-row.ts'

/** The rows of a Parquet file, a row group at a time; the first row holds the column names. Lines count from 2, as in a CSV file. */
export async function* parquetRows(path: string): AsyncGenerator<RawRow> {
  try {
    const file = await ParquetFile.fromFile(await openAsBlob(path))
    let line = 1
    for (let group = 0; group < file.metadata().numRowGroups(); group++) {
      const table = tableFromIPC((await file.read({ rowGroups: [group] })).intoIPCStream())
      const { fields } = table.schema
      if (group === 0) yield { line: 1, fields: fields.map(field => field.name) }
      for (const row of table) {
        yield { line: ++line, fields: fields.map(field => asText(field, row[field.name])) }
      }
    }
  } catch (cause) {
    if (cause instanceof ScoutError) throw cause
    throw new ScoutError('request_invalid', { message: `${path} cannot be read as Parquet.`, cause })
  }
}

/** As it would stand in a CSV file. */
function asText(field: Field, value: unknown): string {
  if (value === null || value === undefined) return ''
  const { type } = field
  if (DataType.isDate(type)) return new Date(Number(value)).toISOString().slice(0, 10)
  if (DataType.isTimestamp(type)) {
    const iso = new Date(Number(value)).toISOString()
    return type.timezone ? iso : iso.slice(0, -1)
  }
  if (DataType.isDecimal(type)) return decimalText(String(value), type.scale)
  if (DataType.isList(type)) return Array.from(value as Iterable<unknown>, String).join('|')
  return String(value)
}

function decimalText(digits: string, scale: number): string {
  const sign = digits.startsWith('-') ? '-' : ''
  const padded = digits.slice(sign.length).padStart(scale + 1, '0')
  const whole = `${sign}${padded.slice(0, padded.length - scale)}`
  return scale === 0 ? whole : `${whole}.${padded.slice(padded.length - scale)}`
}
