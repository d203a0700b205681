import init, { readParquet } from 'parquet-wasm/esm'
import wasmUrl from 'parquet-wasm/esm/parquet_wasm_bg.wasm?url'
import type { ParquetReader } from './arrow-columns.ts'

/** One record batch a file: partitions are a region's month, and every batch would carry its own dictionaries. */
const WHOLE_FILE = { batchSize: 1 << 22 }

let ready: Promise<ParquetReader> | undefined

/** The Parquet decoder, loaded when first needed: a start from derived columns never is. */
export function loadParquet(): Promise<ParquetReader> {
  ready ??= init({ module_or_path: wasmUrl }).then(
    () => bytes => readParquet(bytes, WHOLE_FILE).intoIPCStream(),
  )
  return ready
}
