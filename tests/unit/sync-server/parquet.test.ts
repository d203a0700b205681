import { createHash } from 'node:crypto'
import { tableFromIPC } from 'apache-arrow'
import fc from 'fast-check'
import { readParquet } from 'parquet-wasm'
import { describe, expect, it } from 'vitest'
import type { Column } from '../../../app/contracts/manifest.ts'
import { dayFromIso } from '../../../app/domain/time.ts'
import { columnBuilder } from '../../../sync-server/publishing/column-builder.ts'
import { encodeParquet } from '../../../sync-server/publishing/parquet.ts'

const column = (name: string, type: Column['type'], nullable = true): Column => ({
  name,
  type,
  nullable,
  description: '',
})
const COLUMNS = [
  column('place', 'utf8', false),
  column('day', 'date32', false),
  column('category', 'utf8'),
  column('sales', 'int32'),
  column('net_sales', 'float64'),
  column('is_city', 'bool'),
]

type Row = [string, number, string | null, number | null, number | null, boolean | null]

function build(rows: readonly Row[]) {
  const builders = COLUMNS.map(columnBuilder)
  for (const row of rows) for (const [i, builder] of builders.entries()) builder.append(row[i])
  return builders
}

const encode = (rows: readonly Row[]) => encodeParquet(build(rows), rows.length)
const decode = (bytes: Uint8Array) => tableFromIPC(readParquet(bytes).intoIPCStream())

const row = fc.tuple(
  fc.constantFrom('1300000000', '0100000000'),
  fc.integer({ min: 15_000, max: 25_000 }),
  fc.option(fc.string()),
  fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  fc.option(fc.double({ noNaN: true })),
  fc.option(fc.boolean()),
) as fc.Arbitrary<Row>

describe('a Parquet partition', () => {
  it('is the same bytes for the same rows', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 50 }), rows => {
        const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
        expect(hash(encode(rows))).toBe(hash(encode(rows)))
      }),
      { numRuns: 30 },
    )
  })

  it('gives back every value, null as null', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 50 }), rows => {
        const read = decode(encode(rows))
          .toArray()
          .map(({ place, day, category, sales, net_sales, is_city }) => [
            place,
            Number(day) / 86_400_000,
            category,
            sales,
            net_sales,
            is_city,
          ])
        expect(read).toEqual(rows)
      }),
      { numRuns: 50 },
    )
  })

  it('holds more rows than a builder starts with', () => {
    const rows = Array.from(
      { length: 5000 },
      (_, i): Row => [`p${i}`, 20_000 + i, i % 3 ? 'a' : null, i, i / 4, i % 2 === 0],
    )
    const table = decode(encode(rows))
    expect(table.numRows).toBe(5000)
    expect(table.get(4999)?.toJSON()).toMatchObject({ place: 'p4999', sales: 4999, net_sales: 4999 / 4 })
  })

  it('keeps text as a dictionary and days as days', () => {
    const types = decode(encode([['a', 1, 'x', 1, 1, true]])).schema.fields.map(field => String(field.type))
    expect(types).toEqual([
      'Dictionary<Int32, Utf8>',
      'Date32<DAY>',
      'Dictionary<Int32, Utf8>',
      'Int32',
      'Float64',
      'Bool',
    ])
  })

  it('knows the range of its columns, days as days', () => {
    const [place, day, category, sales] = build([
      ['b', dayFromIso('2025-08-14'), null, 7, null, null],
      ['a', dayFromIso('2025-08-01'), null, -7, null, null],
    ])
    expect(place?.range()).toEqual({ min: 'a', max: 'b' })
    expect(day?.range()).toEqual({ min: '2025-08-01', max: '2025-08-14' })
    expect(category?.range()).toEqual({ min: null, max: null })
    expect(sales?.range()).toEqual({ min: -7, max: 7 })
  })

  it('refuses a null where its contract has none', () => {
    const [place] = COLUMNS.map(columnBuilder)
    expect(() => place?.append(null)).toThrow(/place/)
  })
})
