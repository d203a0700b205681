import type { RecordBatch } from 'apache-arrow'
import { FILTER_DIMENSIONS } from '../../app/domain/filters.ts'
import { ScoutError } from '../../app/errors.ts'
import { float64Column, int32Column, type TextColumn, textColumn } from './arrow-columns.ts'
import { ComboBuilder } from './combos.ts'
import { narrowest } from './narrowest.ts'
import { type SalesColumns, SUMMED, type Summed } from './sales-columns.ts'

/** Rows of one batch as they came: sorted by place and day, one run of rows for each pair. */
interface Batch {
  readonly rows: number
  readonly combo: Uint16Array
  readonly measures: Readonly<Record<Summed, Int32Array | Float64Array>>
  /** City ordinal, day and first row of each run. */
  readonly runPlace: Int32Array
  readonly runDay: Int32Array
  readonly runStart: Int32Array
  readonly runs: number
}

/** A combination's code is held in 16 bits. */
const MAX_COMBOS = 0x10000

/**
 * Lays the rows of many partitions out in day and place order, by counting: how many rows each cell has says where each goes.
 * Columns move as columns; nothing is made for a row.
 */
export class SalesBuilder {
  readonly #ordinals: ReadonlyMap<string, number>
  readonly #combos = new ComboBuilder()
  readonly #batches: Batch[] = []

  /** @param ordinals City ordinal by code. */
  constructor(ordinals: ReadonlyMap<string, number>) {
    this.#ordinals = ordinals
  }

  /** @throws ScoutError `partition_invalid` when a column or a place is not what it should be. */
  add(batch: RecordBatch): void {
    const rows = batch.numRows
    if (rows === 0) return
    const place = textColumn(batch, 'place')
    const day = int32Column(batch, 'day')
    const ordinals = Int32Array.from(place.values, code => this.#ordinals.get(code ?? '') ?? -1)
    const runs = findRuns(place.codes, day, rows)
    const runPlace = runs.map(row => ordinals[place.codes[row] ?? 0] ?? -1)
    const unknown = runPlace.indexOf(-1)
    if (unknown >= 0) {
      const code = place.values[place.codes[runs[unknown] ?? 0] ?? 0]
      throw new ScoutError('partition_invalid', { details: { column: 'place', unknown: code } })
    }
    this.#batches.push({
      rows,
      combo: this.#comboCodes(batch, rows),
      measures: {
        sales: int32Column(batch, 'sales').slice(),
        pricedSales: int32Column(batch, 'priced_sales').slice(),
        netCents: toCents(float64Column(batch, 'net_sales')),
        units: int32Column(batch, 'units').slice(),
      },
      runPlace,
      runDay: runs.map(row => day[row] ?? 0),
      runStart: runs,
      runs: runs.length,
    })
  }

  build(): SalesColumns {
    const combos = this.#combos.build()
    const rows = this.#batches.reduce((sum, batch) => sum + batch.rows, 0)
    const places = this.#placesThatOccur()
    const [firstDay, lastDay] = this.#dayBounds()
    const days = rows === 0 ? 0 : lastDay - firstDay + 1
    const indexOfPlace = new Int32Array((places.at(-1) ?? 0) + 1)
    places.forEach((ordinal, index) => {
      indexOfPlace[ordinal] = index
    })
    const cellOf = (batch: Batch, run: number) =>
      ((batch.runDay[run] ?? 0) - firstDay) * places.length + (indexOfPlace[batch.runPlace[run] ?? 0] ?? 0)

    const offsets = new Uint32Array(days * places.length + 1)
    for (const batch of this.#batches) {
      for (let run = 0; run < batch.runs; run++) {
        const cell = cellOf(batch, run) + 1
        offsets[cell] = (offsets[cell] ?? 0) + runLength(batch, run)
      }
    }
    for (let cell = 1; cell < offsets.length; cell++)
      offsets[cell] = (offsets[cell] ?? 0) + (offsets[cell - 1] ?? 0)

    // Where each run goes; cells that come in several runs follow one another.
    const next = offsets.slice()
    for (const batch of this.#batches) {
      for (let run = 0; run < batch.runs; run++) {
        const cell = cellOf(batch, run)
        const at = next[cell] ?? 0
        next[cell] = at + runLength(batch, run)
        batch.runPlace[run] = at
      }
    }
    const combo = narrowest(0, combos.count - 1, rows)
    for (const batch of this.#batches) scatter(batch, batch.combo, combo)
    const measure = (name: Summed) => {
      const [min, max] = this.#measureBounds(name)
      const column = narrowest(min, max, rows)
      for (const batch of this.#batches) scatter(batch, batch.measures[name], column)
      return column
    }
    const [sales, pricedSales, netCents, units] = SUMMED.map(measure)
    if (!sales || !pricedSales || !netCents || !units) throw new TypeError('every measure has a column')
    return { rows, places, firstDay, days, offsets, combos, combo, sales, pricedSales, netCents, units }
  }

  /** One code a row for its four dimensions: looked up by the batch's own codes, which are few. */
  #comboCodes(batch: RecordBatch, rows: number): Uint16Array {
    const columns = FILTER_DIMENSIONS.map(name => textColumn(batch, name))
    const [a, b, c, d] = columns as [TextColumn, TextColumn, TextColumn, TextColumn]
    const [, nb, nc, nd] = columns.map(column => column.values.length) as [number, number, number, number]
    const valueCodes = columns.map((column, dimension) =>
      column.values.map(value => this.#combos.value(dimension, value)),
    )
    const known = new Int32Array(a.values.length * nb * nc * nd).fill(-1)
    const codes = new Uint16Array(rows)
    for (let row = 0; row < rows; row++) {
      const own = [a.codes[row] ?? 0, b.codes[row] ?? 0, c.codes[row] ?? 0, d.codes[row] ?? 0] as const
      const key = ((own[0] * nb + own[1]) * nc + own[2]) * nd + own[3]
      let code = known[key] ?? -1
      if (code < 0) {
        code = this.#combos.combo(own.map((value, dimension) => valueCodes[dimension]?.[value] ?? 0))
        if (code >= MAX_COMBOS) throw new ScoutError('partition_invalid', { details: { combinations: code } })
        known[key] = code
      }
      codes[row] = code
    }
    return codes
  }

  #placesThatOccur(): Uint16Array {
    const seen = new Set<number>()
    for (const batch of this.#batches) for (const ordinal of batch.runPlace) seen.add(ordinal)
    return Uint16Array.from(seen).sort()
  }

  #dayBounds(): [number, number] {
    let min = Number.POSITIVE_INFINITY
    let max = Number.NEGATIVE_INFINITY
    for (const { runDay } of this.#batches) {
      for (const day of runDay) {
        if (day < min) min = day
        if (day > max) max = day
      }
    }
    return max < min ? [0, -1] : [min, max]
  }

  #measureBounds(name: Summed): [number, number] {
    let min = 0
    let max = 0
    for (const { measures, rows } of this.#batches) {
      const column = measures[name]
      for (let row = 0; row < rows; row++) {
        const value = column[row] ?? 0
        if (value < min) min = value
        if (value > max) max = value
      }
    }
    return [min, max]
  }
}

function runLength(batch: Batch, run: number): number {
  const end = run + 1 < batch.runs ? (batch.runStart[run + 1] ?? 0) : batch.rows
  return end - (batch.runStart[run] ?? 0)
}

/** First row of every run of rows that share place and day. */
function findRuns(place: Int32Array, day: Int32Array, rows: number): Int32Array {
  const starts = new Int32Array(rows)
  let runs = 0
  for (let row = 0; row < rows; row++) {
    if (row === 0 || place[row] !== place[row - 1] || day[row] !== day[row - 1]) starts[runs++] = row
  }
  return starts.slice(0, runs)
}

/** Copies each run to where it goes: `runPlace` holds the row by now. */
function scatter(
  batch: Batch,
  from: Uint16Array | Int32Array | Float64Array,
  to: { [row: number]: number },
): void {
  for (let run = 0; run < batch.runs; run++) {
    const start = batch.runStart[run] ?? 0
    const shift = (batch.runPlace[run] ?? 0) - start
    const end = start + runLength(batch, run)
    for (let row = start; row < end; row++) to[row + shift] = from[row] ?? 0
  }
}

/** Amounts are published with two decimals: hundredths are whole. */
function toCents(amounts: Float64Array): Float64Array {
  const cents = new Float64Array(amounts.length)
  for (let row = 0; row < amounts.length; row++) cents[row] = Math.round((amounts[row] ?? 0) * 100)
  return cents
}
