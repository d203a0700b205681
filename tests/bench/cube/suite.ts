import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { openBenchPage } from '../support/bench-page.ts'
import { placesFile, readGeography } from '../support/geography.ts'
import { atMost, type Measurement, median, type Suite, timesAsFast } from '../support/measurement.ts'
import { salesPartitions } from '../support/sales.ts'
import type { CubeResults } from './page/page.ts'

declare global {
  interface Window {
    runCubeBench(): Promise<CubeResults>
  }
}

const DUCKDB = 'DuckDB-WASM, same table'
const BYTES_PER_ROW = 32

/** The cube against DuckDB-WASM in one tab: 3.6 million rows of the product's own columns, in published row order. */
export const suite: Suite = {
  name: 'cube',
  async *run() {
    const { cities, places } = readGeography()
    const partitions = [...salesPartitions(cities)].map(({ parquet }) => parquet)
    const placesParquet = placesFile(places).bytes
    const opened = await openBenchPage(join(import.meta.dirname, 'page'), {
      handler: (request, response) => {
        const path = request.url ?? ''
        if (!path.startsWith('/bench/')) return false
        if (path === '/bench/partitions.json')
          send(response, JSON.stringify(partitions.map((_, at) => `/bench/${at}`)))
        else if (path === '/bench/places.parquet') send(response, placesParquet)
        else send(response, partitions[Number(path.slice('/bench/'.length))] ?? '')
        return true
      },
    })
    try {
      yield* measurements(await opened.page.evaluate(() => window.runCubeBench()))
    } finally {
      await opened.close()
    }
  },
}

function* measurements(results: CubeResults): Generator<Measurement> {
  const { filteredGroup, dateMove, dateMoveFirst, load, bytes, rows } = results
  const timed = (name: string, samples: CubeResults['load'], target: number) =>
    timesAsFast(
      suite.name,
      {
        name,
        value: median(samples.ours),
        unit: 'ms',
        yardstick: DUCKDB,
        yardstickValue: median(samples.duckdb),
      },
      target,
    )
  yield timed('filtered_group', filteredGroup, 3)
  yield timed('date_move', dateMove, 100)
  yield timed('date_move_first', dateMoveFirst, 2)
  yield atMost(
    suite.name,
    {
      name: 'bytes_per_row',
      value: bytes / rows,
      unit: 'B',
      yardstick: 'allowed',
      yardstickValue: BYTES_PER_ROW,
    },
    1,
  )
  yield timed('load', load, 1)
}

function send(response: ServerResponse, body: string | Uint8Array): void {
  response.setHeader('cache-control', 'no-store')
  response.end(body)
}
