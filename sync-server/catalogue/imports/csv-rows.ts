import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { CsvError, type InfoRecord, parse } from 'csv-parse'
import { ScoutError } from '../../../app/errors.ts'
import type { RawRow } from './raw-row.ts'

/** More than any row: a quote that is never closed must not take the memory. */
const MAX_ROW_BYTES = 1 << 20

/** The rows of a CSV file as they stream in. A row that is broken comes with its reason and without fields. */
export async function* csvRows(path: string): AsyncGenerator<RawRow> {
  const broken: RawRow[] = []
  let lastBroken = 0
  const parser = parse({
    bom: true,
    info: true,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: MAX_ROW_BYTES,
    skip_records_with_error: true,
    on_skip(error) {
      const line = lineOf(error)
      // One row may break several times.
      if (line !== lastBroken) broken.push({ line, problem: reasonOf(error) })
      lastBroken = line
      return undefined
    },
  })
  let failure: unknown
  pipeline(createReadStream(path), parser, error => {
    failure = error
  })
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: InfoRecord }>) {
      yield* broken.splice(0)
      yield { line: info.lines, fields: record }
    }
  } catch (error) {
    throw unreadable(path, error)
  }
  yield* broken.splice(0)
  if (failure) throw unreadable(path, failure)
}

function unreadable(path: string, cause: unknown): ScoutError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new ScoutError('request_invalid', { message: `${path} cannot be read as CSV: ${reason}.`, cause })
}

function lineOf(error: unknown): number {
  return error instanceof CsvError && typeof error.lines === 'number' ? error.lines : 0
}

function reasonOf(error: unknown): string {
  return error instanceof CsvError && error.code.includes('QUOTE')
    ? 'has a quotation mark where none may stand'
    : 'cannot be read as CSV'
}
