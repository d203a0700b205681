import { makeData, RecordBatch, Schema, Struct, Table, tableToIPC } from 'apache-arrow'
import { Compression, Table as WasmTable, WriterPropertiesBuilder, writeParquet } from 'parquet-wasm'
import type { ColumnBuilder } from './column-builder.ts'

/**
 * Columns as a Parquet file: zstd, text as dictionaries, one row group up to a million rows. Nothing in it depends on when or where it was
 * written: the same rows give the same bytes, so the same SHA-256.
 */
export function encodeParquet(builders: readonly ColumnBuilder[], rows: number): Uint8Array {
  const columns = builders.map(builder => builder.finish(rows))
  const schema = new Schema(columns.map(({ field }) => field))
  const data = makeData({
    type: new Struct(schema.fields),
    length: rows,
    nullCount: 0,
    children: columns.map(column => column.data),
  })
  const table = new Table(schema, [new RecordBatch(schema, data)])
  const properties = new WriterPropertiesBuilder()
    .setCompression(Compression.ZSTD)
    .setCreatedBy('scout')
    .build()
  return writeParquet(WasmTable.fromIPCStream(tableToIPC(table, 'stream')), properties)
}
