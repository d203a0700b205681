import type { DayRange } from '../../../../app/domain/time.ts'
import { loadParquet } from '../../../../workers/cube/parquet.ts'
import { loadCube } from './cube-engine.ts'
import { loadDuckDb } from './duckdb-engine.ts'
import { type Answer, type Engine, FILTERS, type Question } from './question.ts'

/** Milliseconds of each sample, ours and DuckDB's, of the same questions in turn. */
export interface Samples {
  readonly ours: number[]
  readonly duckdb: number[]
}

export interface CubeResults {
  readonly rows: number
  readonly bytes: number
  readonly load: Samples
  readonly filteredGroup: Samples
  readonly dateMove: Samples
  readonly dateMoveFirst: Samples
}

const WARM_UP = 5
const LOADS = 3
/** Days of the range asked for, as an analyst looks at a quarter. */
const RANGE_DAYS = 90
const MOVES = 21

async function run(): Promise<CubeResults> {
  const names = (await (await fetch('/bench/partitions.json')).json()) as string[]
  const file = async (path: string) => new Uint8Array(await (await fetch(path)).arrayBuffer())
  const partitions: Uint8Array[] = []
  for (const name of names) partitions.push(await file(name))
  const places = await file('/bench/places.parquet')
  const read = await loadParquet()

  const duckdb = await loadDuckDb(partitions, read)
  const loads = Array.from({ length: LOADS }, () => loadCube(partitions, places, read))
  const ours = loads.at(-1)
  if (!ours) throw new Error('nothing loaded')
  const days = ours.cube.info.days ?? { from: 0, to: 0 }
  const range: DayRange = { from: days.from, to: days.from + RANGE_DAYS - 1 }
  const engines = { ours: ours.engine, duckdb: duckdb.engine }

  return {
    rows: ours.cube.info.rows,
    bytes: ours.cube.bytes,
    load: { ours: loads.map(({ ms }) => ms), duckdb: [duckdb.ms] },
    filteredGroup: await compare(
      engines,
      FILTERS.map(filters => [{ range, filters }]),
    ),
    dateMove: await compare(
      engines,
      Array.from({ length: MOVES }, (_, by) => [
        { range: { from: range.from + by, to: range.to + by }, filters: FILTERS[0] ?? {} },
      ]),
    ),
    dateMoveFirst: await compare(
      engines,
      FILTERS.map(filters => [
        { range, filters },
        { range: { from: range.from + 7, to: range.to + 7 }, filters },
      ]),
    ),
  }
}

/**
 * Each sample is one step or more; of several steps ours counts all (the filter that builds the index, then the move), DuckDB's the last.
 * The answers must be equal, every time.
 */
async function compare(
  engines: { readonly ours: Engine; readonly duckdb: Engine },
  samples: readonly (readonly Question[])[],
): Promise<Samples> {
  const result: Samples = { ours: [], duckdb: [] }
  for (const [at, steps] of [...samples.slice(-WARM_UP), ...samples].entries()) {
    let oursMs = 0
    let answer: Answer = new Map()
    for (const step of steps) {
      const asked = await engines.ours.ask(step)
      oursMs += asked.ms
      answer = asked.read()
    }
    const last = steps.at(-1)
    if (!last) continue
    const asked = await engines.duckdb.ask(last)
    refuseDifferent(answer, asked.read())
    if (at < WARM_UP) continue
    result.ours.push(oursMs)
    result.duckdb.push(asked.ms)
  }
  return result
}

function refuseDifferent(ours: Answer, duckdb: Answer): void {
  if (ours.size === 0 || ours.size !== duckdb.size)
    throw new Error(`${ours.size} places against ${duckdb.size}`)
  for (const [code, mine] of ours) {
    const other = duckdb.get(code)
    if (mine.sales !== other?.sales || mine.priced !== other.priced || mine.netCents !== other.netCents) {
      throw new Error(`${code}: ${JSON.stringify(mine)} against ${JSON.stringify(other)}`)
    }
  }
}

Object.assign(window, { runCubeBench: run })
