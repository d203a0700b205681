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
 * Runs a statement of `sql/publish` through a cursor and gathers its rows into one partition for each run of equal region and period. Only
 * columns are kept, so a row costs some forty bytes.
 */
export async function readPartitions(
  tx: Transaction,
  file: string,
  parameters: readonly unknown[],
  columns: readonly Column[],
  signal?: AbortSignal,
): Promise<PartitionColumns[]> {
  const partitions: { region: string; period: string; rows: number; columns: ColumnBuilder[] }[] = []
  await tx.query(`declare publish_rows no scroll cursor for ${publishSql(file)}`, [...parameters])
  for (;;) {
    signal?.throwIfAborted()
    const { rows } = await tx.query({ text: `fetch ${FETCH_ROWS} from publish_rows`, rowMode: 'array' })
    if (rows.length === 0) break
    const page: unknown[][] = rows
    for (const row of page) {
      const [region, period] = row
      let last = partitions.at(-1)
      if (last === undefined || last.region !== region || last.period !== period) {
        last = {
          region: String(region),
          period: String(period),
          rows: 0,
          columns: columns.map(columnBuilder),
        }
        partitions.push(last)
      }
      for (const [i, builder] of last.columns.entries()) builder.append(row[i + 2])
      last.rows += 1
    }
  }
  await tx.query('close publish_rows')
  return partitions
}

export function publishSql(file: string): string {
  return readFileSync(join(sqlDirectory(), 'publish', file), 'utf8')
}
