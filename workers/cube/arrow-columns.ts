import { type Data, DataType, type RecordBatch, tableFromIPC } from 'apache-arrow'
import { ScoutError } from '../../app/errors.ts'

/** Parquet in, an Arrow IPC stream out. */
export type ParquetReader = (parquet: Uint8Array) => Uint8Array

/** The record batches of a Parquet file. Throws `partition_invalid`. */
export function readBatches(read: ParquetReader, parquet: Uint8Array): readonly RecordBatch[] {
  try {
    return tableFromIPC(read(parquet)).batches
  } catch (cause) {
    throw new ScoutError('partition_invalid', { cause })
  }
}

/** A text column as codes into the values that occur in the batch; null is a value like any other. */
export interface TextColumn {
  readonly codes: Int32Array
  readonly values: readonly (string | null)[]
}

export function textColumn(batch: RecordBatch, name: string): TextColumn {
  const data = dataOf(batch, name)
  if (DataType.isDictionary(data.type)) return dictionaryColumn(data)
  if (DataType.isUtf8(data.type)) return internedColumn(data)
  throw invalidColumn(name, 'utf8')
}

/** Whole numbers, and days since 1970-01-01. Null is 0. */
export function int32Column(batch: RecordBatch, name: string): Int32Array {
  const data = dataOf(batch, name)
  if (data.values instanceof Int32Array) return withoutNulls(data, data.values)
  throw invalidColumn(name, 'int32')
}

/** Null is 0. */
export function float64Column(batch: RecordBatch, name: string): Float64Array {
  const data = dataOf(batch, name)
  if (data.values instanceof Float64Array) return withoutNulls(data, data.values)
  throw invalidColumn(name, 'float64')
}

function dataOf(batch: RecordBatch, name: string): Data {
  const data = batch.getChild(name)?.data[0]
  if (!data) throw invalidColumn(name, 'present')
  return data
}

function invalidColumn(column: string, expected: string): ScoutError {
  return new ScoutError('partition_invalid', { details: { column, expected } })
}

function dictionaryColumn(data: Data): TextColumn {
  const dictionary = data.dictionary
  if (!dictionary) throw new ScoutError('partition_invalid', { details: { expected: 'dictionary' } })
  const values: (string | null)[] = Array.from(dictionary, value => (value === null ? null : String(value)))
  const indices = data.values instanceof Int32Array ? data.values : Int32Array.from(data.values)
  if (data.nullCount === 0) return { codes: indices, values }
  const codes = indices.slice(0, data.length)
  for (let row = 0; row < data.length; row++) if (!isValid(data, row)) codes[row] = values.length
  return { codes, values: [...values, null] }
}

/** Text that was written without a dictionary: rows are sorted, so most have the text of the row before. */
function internedColumn(data: Data): TextColumn {
  const { valueOffsets, length } = data
  const bytes: Uint8Array = data.values
  const codes = new Int32Array(length)
  const values: (string | null)[] = []
  const known = new Map<string | null, number>()
  const decoder = new TextDecoder()
  for (let row = 0; row < length; row++) {
    const start = valueOffsets[row] ?? 0
    const end = valueOffsets[row + 1] ?? start
    if (row > 0 && data.nullCount === 0 && sameBytes(bytes, valueOffsets[row - 1] ?? 0, start, end)) {
      codes[row] = codes[row - 1] ?? 0
      continue
    }
    const value = isValid(data, row) ? decoder.decode(bytes.subarray(start, end)) : null
    let code = known.get(value)
    if (code === undefined) {
      code = values.push(value) - 1
      known.set(value, code)
    }
    codes[row] = code
  }
  return { codes, values }
}

function sameBytes(bytes: Uint8Array, before: number, start: number, end: number): boolean {
  if (end - start !== start - before) return false
  for (let i = 0; i < end - start; i++) if (bytes[before + i] !== bytes[start + i]) return false
  return true
}

function withoutNulls<T extends Int32Array | Float64Array>(data: Data, values: T): T {
  if (data.nullCount === 0) return values
  const copy = values.slice(0, data.length) as T
  for (let row = 0; row < data.length; row++) if (!isValid(data, row)) copy[row] = 0
  return copy
}

function isValid(data: Data, row: number): boolean {
  if (data.nullCount === 0) return true
  const bit = data.offset + row
  return (((data.nullBitmap[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1
}
