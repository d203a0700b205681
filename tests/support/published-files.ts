import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { tableFromIPC } from 'apache-arrow'
import { readParquet } from 'parquet-wasm'

/** Every file that was ever published from this home, as somebody who opens it reads it. */
export function publishedFiles(home: string): string[] {
  return readdirSync(join(home, 'blobs'), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => plainContent(readFileSync(join(entry.parentPath, entry.name))))
}

/** All that a published file says: the rows of a Parquet file as JSON, else its text, inflated. Compressed bytes would hide what is in them. */
export function plainContent(bytes: Uint8Array): string {
  const file = Buffer.from(bytes)
  if (file.subarray(0, 4).equals(PARQUET)) {
    const rows = tableFromIPC(readParquet(bytes).intoIPCStream()).toArray()
    return rows.map(row => JSON.stringify(row, showBigint)).join('\n')
  }
  return (file.subarray(0, 2).equals(GZIP) ? gunzipSync(file) : file).toString()
}

const PARQUET = Buffer.from('PAR1')
const GZIP = Buffer.from([0x1f, 0x8b])

function showBigint(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
