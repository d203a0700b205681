import { AsyncDuckDB, type AsyncDuckDBConnection, VoidLogger } from '@duckdb/duckdb-wasm'
import workerUrl from '@duckdb/duckdb-wasm/dist/duckdb-browser-eh.worker.js?url'
import wasmUrl from '@duckdb/duckdb-wasm/dist/duckdb-eh.wasm?url'
import type { ParquetReader } from '../../../../workers/cube/arrow-columns.ts'
import { type Answer, type Engine, sqlOf } from './question.ts'

const TEXT = ['place', 'time_of_day', 'channel', 'customer_type', 'category'] as const

/** The yardstick: the same rows in the same order, in the columns that suit DuckDB best. */
export async function loadDuckDb(
  partitions: readonly Uint8Array[],
  read: ParquetReader,
): Promise<{ readonly ms: number; readonly engine: Engine }> {
  const db = new AsyncDuckDB(new VoidLogger(), new Worker(workerUrl))
  await db.instantiate(wasmUrl)
  const connection = await db.connect()
  const start = performance.now()
  for (const [at, parquet] of partitions.entries()) {
    await connection.insertArrowFromIPCStream(read(parquet), { name: 'staging', create: at === 0 })
  }
  for (const column of TEXT) {
    await connection.query(
      `create type ${column}_value as enum (select distinct ${column} from staging where ${column} is not null order by 1)`,
    )
  }
  await connection.query(`create table sales as select
    ${TEXT.map(column => `${column}::${column}_value as ${column}`).join(', ')},
    (day - date '1970-01-01')::smallint as day, sales::smallint as sales, priced_sales::smallint as priced_sales,
    round(net_sales * 100)::integer as net_cents, units::smallint as units from staging`)
  await connection.query('drop table staging')
  return { ms: performance.now() - start, engine: engineOn(connection) }
}

function engineOn(connection: AsyncDuckDBConnection): Engine {
  return {
    async ask(question) {
      const sql = sqlOf(question)
      const start = performance.now()
      const table = await connection.query(sql)
      const ms = performance.now() - start
      const read = (): Answer =>
        new Map(
          table
            .toArray()
            .map(row => [
              String(row.place),
              { sales: Number(row.sales), priced: Number(row.priced), netCents: Number(row.net) },
            ]),
        )
      return { ms, read }
    },
  }
}
