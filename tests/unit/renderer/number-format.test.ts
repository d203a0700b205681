import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { METRICS } from '../../../app/domain/metrics.ts'
import { byteSize, metricFormat, ordinalNumber, percent } from '../../../renderer/format/number.ts'

const pack = { currency: { code: 'PHP', symbol: '₱' }, locale: 'en-PH' }
const pesos = metricFormat(METRICS.net_sales, pack)
const count = metricFormat(METRICS.transactions, pack)
const perHead = metricFormat(METRICS.sales_per_head, pack)
const plain = (text: string) => text.replaceAll('\u202f', ' ')

describe('an amount', () => {
  test.each([
    [12_400_000, '₱12.4 M'],
    [3_684_441, '₱3.68 M'],
    [999_950, '₱1.00 M'],
    [45_432, '₱45.4 K'],
    [9_876.5, '₱9,877'],
    [204.69, '₱204.7'],
    [20.5, '₱20.50'],
    [0, '₱0.00'],
    [-12_400_000, '−₱12.4 M'],
    [2.5e9, '₱2.50 B'],
    [Number.NaN, '–'],
  ])('of %d is %s for short', (value, text) => {
    expect(plain(pesos.compact(value))).toBe(text)
  })

  test('is exact to the centavo when written out', () => {
    expect(pesos.exact(3_684_441)).toBe('₱3,684,441.00')
    expect(pesos.exact(-0.001)).toBe('₱0.00')
  })

  test('per head keeps its four digits', () => {
    expect(perHead.exact(0.0338)).toBe('₱0.0338')
    expect(perHead.compact(0.0338)).toBe('₱0.0338')
  })

  test('reads back to within half of its third digit', () => {
    const scales: Record<string, number> = { K: 1e3, M: 1e6, B: 1e9, T: 1e12 }
    fc.assert(
      fc.property(fc.double({ min: 10_000, max: 9e14, noNaN: true }), value => {
        const [number = '', scale = ''] = plain(pesos.compact(value)).slice(1).split(' ')
        const read = Number(number.replaceAll(',', '')) * (scales[scale] ?? 1)
        expect(Math.abs(read - value) / value).toBeLessThanOrEqual(0.00501)
      }),
    )
  })
})

test('a count has no digits after the point', () => {
  expect(count.compact(8_193)).toBe('8,193')
  expect(count.exact(18_000)).toBe('18,000')
})

describe('a share', () => {
  test.each([
    [0.1234, '12.3 %'],
    [1, '100 %'],
    [0, '0 %'],
    [0.9999, '> 99.9 %'],
    [0.0001, '< 0.1 %'],
    [Number.NaN, '–'],
  ])('of %d reads %s', (share, text) => {
    expect(plain(percent(share, 'en-PH'))).toBe(text)
  })
})

test('ranks are said in English', () => {
  expect([1, 2, 3, 4, 11, 12, 13, 21, 102, 111].map(ordinalNumber)).toEqual([
    '1st',
    '2nd',
    '3rd',
    '4th',
    '11th',
    '12th',
    '13th',
    '21st',
    '102nd',
    '111th',
  ])
})

test('sizes are decimal', () => {
  expect([0, 999, 1000, 5_432_100, 999_600, 123_456_789].map(size => plain(byteSize(size)))).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '5.4 MB',
    '1.0 MB',
    '123 MB',
  ])
})
