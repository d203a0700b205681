import type { IntegerColumn } from './narrowest.ts'
import { type SalesColumns, SUMMED, type Summed } from './sales-columns.ts'

type Sums = Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>

/**
 * Sums over days of the rows that a filter lets through: `[day × places + place]` is what the place had before that day, so that any
 * range of days is one subtraction. Built in one pass over the rows, front to back.
 */
export class DayIndex {
  readonly #columns: SalesColumns
  readonly #sums: Readonly<Record<Summed, Sums>>
  /** The filter it holds the sums of; null until built. */
  #keep: Uint8Array | null = null

  constructor(columns: SalesColumns) {
    this.#columns = columns
    const cells = (columns.days + 1) * columns.places.length
    const sums = (column: IntegerColumn): Sums =>
      sumFitsInt32(column) ? new Int32Array(cells) : new Float64Array(cells)
    this.#sums = {
      sales: sums(columns.sales),
      pricedSales: sums(columns.pricedSales),
      netCents: sums(columns.netCents),
      units: sums(columns.units),
    }
  }

  get bytes(): number {
    return SUMMED.reduce((total, name) => total + this.#sums[name].byteLength, 0)
  }

  holds(keep: Uint8Array): boolean {
    return (
      this.#keep !== null &&
      keep.length === this.#keep.length &&
      keep.every((bit, at) => bit === this.#keep?.[at])
    )
  }

  build(keep: Uint8Array): void {
    const { offsets, places, combo, sales, pricedSales, netCents, units } = this.#columns
    const sums = this.#sums
    sumByDay(
      offsets,
      places.length,
      keep,
      combo,
      sales,
      pricedSales,
      netCents,
      units,
      sums.sales,
      sums.pricedSales,
      sums.netCents,
      sums.units,
    )
    this.#keep = keep
  }

  /**
   * Adds what each place had in `[from, to)`, days counted from the first, to `into[slots[place]]`.
   */
  addRange(name: Summed, from: number, to: number, slots: ArrayLike<number>, into: Float64Array): void {
    const sums = this.#sums[name]
    const count = this.#columns.places.length
    const low = from * count
    const high = to * count
    for (let place = 0; place < count; place++) {
      const slot = slots[place] as number
      into[slot] = (into[slot] as number) + ((sums[high + place] as number) - (sums[low + place] as number))
    }
  }

  /** The sum over the places that `member` marks with 1, day by day. */
  byDay(name: Summed, member: Uint8Array): Float64Array<ArrayBuffer> {
    const sums = this.#sums[name]
    const { days, places } = this.#columns
    const count = places.length
    const result = new Float64Array(days)
    let before = 0
    for (let day = 0; day < days; day++) {
      const row = (day + 1) * count
      let upTo = 0
      for (let place = 0; place < count; place++)
        upTo += (member[place] as number) * (sums[row + place] as number)
      result[day] = upTo - before
      before = upTo
    }
    return result
  }
}

/**
 * The pass that a change of filter waits for. Multiplying by 0 or 1 is steadier than branching: a filter that half the rows pass would
 * be mispredicted at every other row. Index types: `as number`, because every index is in bounds by construction.
 */
function sumByDay(
  offsets: Uint32Array,
  places: number,
  keep: Uint8Array,
  combo: IntegerColumn,
  sales: IntegerColumn,
  priced: IntegerColumn,
  net: IntegerColumn,
  units: IntegerColumn,
  salesSums: Sums,
  pricedSums: Sums,
  netSums: Sums,
  unitsSums: Sums,
): void {
  const cells = offsets.length - 1
  let row = 0
  for (let cell = 0; cell < cells; cell++) {
    const end = offsets[cell + 1] as number
    let s = 0
    let p = 0
    let n = 0
    let u = 0
    for (; row < end; row++) {
      const one = keep[combo[row] as number] as number
      s += one * (sales[row] as number)
      p += one * (priced[row] as number)
      n += one * (net[row] as number)
      u += one * (units[row] as number)
    }
    const after = cell + places
    salesSums[after] = (salesSums[cell] as number) + s
    pricedSums[after] = (pricedSums[cell] as number) + p
    netSums[after] = (netSums[cell] as number) + n
    unitsSums[after] = (unitsSums[cell] as number) + u
  }
}

/** Whether no sum over any of the rows can leave 32 bits. */
function sumFitsInt32(column: IntegerColumn): boolean {
  let magnitude = 0
  for (let row = 0; row < column.length; row++) magnitude += Math.abs(column[row] as number)
  return magnitude <= 0x7fffffff
}
