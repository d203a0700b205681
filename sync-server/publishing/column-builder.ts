import {
  Bool,
  type Data,
  DateDay,
  Dictionary,
  Field,
  Float64,
  Int32,
  makeData,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import type { Column } from '../../app/contracts/manifest.ts'
import { isoFromDay } from '../../app/domain/time.ts'
import { ScoutError } from '../../app/errors.ts'

type Bound = string | number | null

/** One column of a partition, filled row by row and kept as typed arrays: numbers as they are, text as codes of a dictionary. */
export interface ColumnBuilder {
  readonly column: Column
  append(value: unknown): void
  /** Smallest and largest value that is not null; days as `YYYY-MM-DD`. */
  range(): { readonly min: Bound; readonly max: Bound }
  finish(rows: number): { readonly field: Field; readonly data: Data }
}

/** `ordinal` is the column's position: it names its dictionary, so that the same rows give the same bytes. */
export function columnBuilder(column: Column, ordinal: number): ColumnBuilder {
  return column.type === 'utf8' ? textColumn(column, ordinal) : numberColumn(column)
}

function numberColumn(column: Column): ColumnBuilder {
  const { type } = column
  let values: Int32Array | Float64Array = type === 'float64' ? new Float64Array(1024) : new Int32Array(1024)
  const nulls = new Nulls(column)
  let rows = 0
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  const bound = (value: number): Bound => {
    if (!Number.isFinite(value)) return null
    return type === 'date32' ? isoFromDay(value) : value
  }
  return {
    column,
    append(value) {
      if (rows === values.length) values = grown(values)
      if (value === null || value === undefined) nulls.add(rows)
      else {
        const number = Number(value)
        values[rows] = number
        if (number < min) min = number
        if (number > max) max = number
      }
      rows += 1
    },
    range: () => ({ min: bound(min), max: bound(max) }),
    finish(length) {
      const data = values.slice(0, length)
      return {
        field: new Field(column.name, ARROW_TYPES[type](), column.nullable),
        data: numberData(type, data, nulls),
      }
    },
  }
}

const ARROW_TYPES = {
  int32: () => new Int32(),
  float64: () => new Float64(),
  date32: () => new DateDay(),
  bool: () => new Bool(),
  utf8: () => new Utf8(),
} as const

function numberData(type: Column['type'], values: Int32Array | Float64Array, nulls: Nulls): Data {
  const common = { length: values.length, ...nulls.bitmap(values.length) }
  if (values instanceof Float64Array) return makeData({ type: new Float64(), data: values, ...common })
  if (type === 'date32') return makeData({ type: new DateDay(), data: values, ...common })
  if (type === 'bool') {
    return makeData({ type: new Bool(), data: bits(values.length, i => values[i] !== 0), ...common })
  }
  return makeData({ type: new Int32(), data: values, ...common })
}

function textColumn(column: Column, ordinal: number): ColumnBuilder {
  let codes = new Int32Array(1024)
  const words = new Map<string, number>()
  const nulls = new Nulls(column)
  let rows = 0
  const sorted = () => [...words.keys()].sort(byCodeUnit)
  return {
    column,
    append(value) {
      if (rows === codes.length) codes = grown(codes)
      if (value === null || value === undefined) nulls.add(rows)
      else {
        const word = String(value)
        let code = words.get(word)
        if (code === undefined) {
          code = words.size
          words.set(word, code)
        }
        codes[rows] = code
      }
      rows += 1
    },
    range() {
      const all = sorted()
      return { min: all[0] ?? null, max: all.at(-1) ?? null }
    },
    finish(length) {
      const type = new Dictionary(new Utf8(), new Int32(), ordinal, false)
      const data = makeData({
        type,
        length,
        data: codes.slice(0, length),
        dictionary: vectorFromArray([...words.keys()], new Utf8()),
        ...nulls.bitmap(length),
      })
      return { field: new Field(column.name, type, column.nullable), data }
    },
  }
}

/** Which rows are null, a byte each; a column that may not be null says so at once. */
class Nulls {
  readonly #column: Column
  #isNull = new Uint8Array(0)
  #count = 0

  constructor(column: Column) {
    this.#column = column
  }

  add(row: number): void {
    if (!this.#column.nullable) {
      throw new ScoutError('internal', { message: `Column ${this.#column.name} has no value in row ${row}.` })
    }
    if (row >= this.#isNull.length) {
      const larger = new Uint8Array(Math.max(1024, (row + 1) * 2))
      larger.set(this.#isNull)
      this.#isNull = larger
    }
    this.#isNull[row] = 1
    this.#count += 1
  }

  bitmap(length: number): { nullCount: number; nullBitmap?: Uint8Array } {
    if (this.#count === 0) return { nullCount: 0 }
    return { nullCount: this.#count, nullBitmap: bits(length, row => this.#isNull[row] !== 1) }
  }
}

function bits(length: number, isSet: (i: number) => boolean): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(length / 8))
  for (let i = 0; i < length; i++) if (isSet(i)) bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (1 << (i & 7))
  return bytes
}

function grown<T extends Int32Array | Float64Array>(values: T): T
function grown(values: Int32Array | Float64Array): Int32Array | Float64Array {
  const larger =
    values instanceof Float64Array ? new Float64Array(values.length * 2) : new Int32Array(values.length * 2)
  larger.set(values)
  return larger
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
