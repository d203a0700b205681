import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Column } from '../../app/contracts/manifest.ts'
import type { Transaction } from '../database/pool.ts'
import { sqlDirectory } from '../database/sql-directory.ts'
import { type ColumnBuilder, columnBuilder } from './column-builder.ts'

/** The rows of one region and period, as columns. */
export interface PartitionColumns {
  readonly region: string
  /** `2025-08`, or `2025` where partitions are years. */
  readonly period: string
  readonly rows: number
  readonly columns: readonly ColumnBuilder[]
}

const FETCH_ROWS = 20_000

/**
 * Runs a statement of `sql/publish` through a cursor and gives its rows as one partition for each run of equal region and period, as soon as
 * it is complete: what is held is the one being read, some forty bytes a row, and those that the caller keeps. One such reading at a time in a
 * transaction.
 */
export async function* readPartitions(
  tx: Transaction,
  file: string,
  parameters: readonly unknown[],
  columns: readonly Column[],
  signal?: AbortSignal,
): AsyncGenerator<PartitionColumns, void> {
  await tx.query(`declare publish_rows no scroll cursor for ${publishSql(file)}`, [...parameters])
  let open: { region: string; period: string; rows: number; columns: ColumnBuilder[] } | undefined
  for (;;) {
    signal?.throwIfAborted()
    const { rows } = await tx.query({ text: `fetch ${FETCH_ROWS} from publish_rows`, rowMode: 'array' })
    if (rows.length === 0) break
    const page: unknown[][] = rows
    for (const row of page) {
      const [region, period] = row
      if (open === undefined || open.region !== region || open.period !== period) {
        if (open !== undefined) yield open
        open = {
          region: String(region),
          period: String(period),
          rows: 0,
          columns: columns.map(columnBuilder),
        }
      }
      for (const [i, builder] of open.columns.entries()) builder.append(row[i + 2])
      open.rows += 1
    }
  }
  if (open !== undefined) yield open
  await tx.query('close publish_rows')
}

export function publishSql(file: string): string {
  return readFileSync(join(sqlDirectory(), 'publish', file), 'utf8')
}
