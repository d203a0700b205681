import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { ScoutError } from '../../../app/errors.ts'
import { csvRows } from './csv-rows.ts'
import { parquetRows } from './parquet-rows.ts'
import type { RawRow } from './raw-row.ts'

/** Rows of a CSV or (by its name) Parquet file, the header row first. Nothing but the row under way is held. */
export function rawRows(path: string): AsyncGenerator<RawRow> {
  return path.toLowerCase().endsWith('.parquet') ? parquetRows(path) : csvRows(path)
}

/** @throws ScoutError `not_found` when there is no such file */
export async function fileSha256(path: string): Promise<string> {
  try {
    if (!(await stat(path)).isFile()) throw new Error('not a file')
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(path)) hash.update(chunk)
    return hash.digest('hex')
  } catch (cause) {
    throw new ScoutError('not_found', { message: `There is no file ${path}.`, cause })
  }
}
