import type { RecordBatch } from 'apache-arrow'
import { FILTER_DIMENSIONS } from '../../app/domain/filters.ts'
import { ScoutError } from '../../app/errors.ts'
import { float64Column, int32Column, textColumn } from './arrow-columns.ts'
import { ComboBuilder } from './combos.ts'
import { bounds, toOffsets } from './counting.ts'
import { type IntegerColumn, narrowest } from './narrowest.ts'
import { placeOrdinals } from './place-ordinals.ts'
import { type SalesColumns, SUMMED, type Summed } from './sales-columns.ts'

/** Rows of one partition as they came. */
interface Batch {
  readonly rows: number
  /** City ordinal. */
  readonly place: Uint16Array
  readonly day: Int32Array
  readonly combo: Uint16Array
  readonly measures: Readonly<Record<Summed, Int32Array | Float64Array>>
}

/** A combination's code is held in 16 bits while partitions are merged. */
const MAX_COMBOS = 0x10000
/** Filter dimensions have a handful of values: more than this is a column that is none. */
const MAX_KEYS = 0x400_0000
/** Some 180 years: a day outside is no day of business. */
const MAX_DAYS = 0x10000

/**
 * Lays the rows of many partitions out by day and combination, by counting: how many rows each stretch has says where each row goes.
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
    if (batch.numRows === 0) return
    this.#batches.push({
      rows: batch.numRows,
      place: placeOrdinals(textColumn(batch, 'place'), this.#ordinals),
      // Copies, so that the decoder's buffer with all its columns can go.
      day: int32Column(batch, 'day').slice(),
      combo: this.#comboCodes(batch),
      measures: {
        sales: int32Column(batch, 'sales').slice(),
        pricedSales: int32Column(batch, 'priced_sales').slice(),
        netCents: toCents(float64Column(batch, 'net_sales')),
        units: int32Column(batch, 'units').slice(),
      },
    })
  }

  build(): SalesColumns {
    const combos = this.#combos.build()
    const rows = this.#batches.reduce((sum, batch) => sum + batch.rows, 0)
    const [firstDay, lastDay] = bounds(this.#batches.map(({ day }) => day)) ?? [0, -1]
    const days = lastDay - firstDay + 1
    if (days > MAX_DAYS) throw new ScoutError('partition_invalid', { details: { column: 'day', days } })
    const { places, indexOf } = this.#placesThatOccur()

    const offsets = new Uint32Array(days * combos.count + 1)
    for (const { day, combo, rows } of this.#batches)
      countRows(day, combo, rows, firstDay, combos.count, offsets)
    toOffsets(offsets)

    const column = (name: Summed) => {
      const [min, max] = bounds(this.#batches.map(({ measures }) => measures[name])) ?? [0, 0]
      return narrowest(min, max, rows)
    }
    const columns = {
      place: narrowest(0, places.length - 1, rows),
      sales: column('sales'),
      pricedSales: column('pricedSales'),
      netCents: column('netCents'),
      units: column('units'),
    }
    const free = offsets.slice()
    for (const batch of this.#batches) {
      const targets = takeRows(batch.day, batch.combo, batch.rows, firstDay, combos.count, free)
      scatter(
        batch.place.map(ordinal => indexOf[ordinal] as number),
        targets,
        columns.place,
      )
      for (const name of SUMMED) scatter(batch.measures[name], targets, columns[name])
    }
    return { rows, places, firstDay, days, combos, offsets, ...columns }
  }

  /** One code a row for its four dimensions: looked up by the batch's own codes, which are few. */
  #comboCodes(batch: RecordBatch): Uint16Array {
    const columns = FILTER_DIMENSIONS.map(name => textColumn(batch, name))
    const global = columns.map(({ values }, dimension) =>
      values.map(value => this.#combos.value(dimension, value)),
    )
    // The key of a row is the number that its codes spell, each dimension one digit.
    const keys = new Int32Array(batch.numRows)
    let size = 1
    for (const { codes, values } of columns) {
      for (let row = 0; row < keys.length; row++)
        keys[row] = (keys[row] as number) * values.length + (codes[row] as number)
      size *= values.length
    }
    if (size > MAX_KEYS) throw new ScoutError('partition_invalid', { details: { combinations: size } })
    const known = new Int32Array(size).fill(-1)
    const result = new Uint16Array(batch.numRows)
    for (let row = 0; row < keys.length; row++) {
      const key = keys[row] as number
      if ((known[key] as number) < 0) {
        known[key] = this.#combos.combo(columns.map(({ codes }, d) => global[d]?.[codes[row] as number] ?? 0))
        if ((known[key] as number) >= MAX_COMBOS)
          throw new ScoutError('partition_invalid', { details: { combinations: known[key] } })
      }
      result[row] = known[key] as number
    }
    return result
  }

  #placesThatOccur(): { places: Uint16Array; indexOf: Uint16Array } {
    const seen = new Uint8Array(this.#ordinals.size)
    for (const { place } of this.#batches)
      for (let row = 0; row < place.length; row++) seen[place[row] as number] = 1
    const places = Uint16Array.from(seen.keys().filter(ordinal => seen[ordinal] === 1))
    const indexOf = new Uint16Array(this.#ordinals.size)
    places.forEach((ordinal, index) => {
      indexOf[ordinal] = index
    })
    return { places, indexOf }
  }
}

/** Adds each row to the count that stands one past its stretch. */
function countRows(
  day: Int32Array,
  combo: Uint16Array,
  rows: number,
  firstDay: number,
  combos: number,
  counts: Uint32Array,
): void {
  for (let row = 0; row < rows; row++) {
    const at = ((day[row] as number) - firstDay) * combos + (combo[row] as number) + 1
    counts[at] = (counts[at] as number) + 1
  }
}

/** Takes the next free place of its stretch for each row. */
function takeRows(
  day: Int32Array,
  combo: Uint16Array,
  rows: number,
  firstDay: number,
  combos: number,
  free: Uint32Array,
): Uint32Array {
  const targets = new Uint32Array(rows)
  for (let row = 0; row < rows; row++) {
    const at = ((day[row] as number) - firstDay) * combos + (combo[row] as number)
    targets[row] = free[at] as number
    free[at] = (free[at] as number) + 1
  }
  return targets
}

function scatter(
  from: Uint16Array | Int32Array | Float64Array,
  targets: Uint32Array,
  to: IntegerColumn,
): void {
  for (let row = 0; row < from.length; row++) to[targets[row] as number] = from[row] as number
}

/** Amounts are published with two decimals: hundredths are whole. */
function toCents(amounts: Float64Array): Float64Array {
  const cents = new Float64Array(amounts.length)
  for (let row = 0; row < amounts.length; row++) cents[row] = Math.round((amounts[row] as number) * 100)
  return cents
}
