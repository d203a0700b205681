import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteRange } from '../../../main/static/byte-range.ts'

const whole = { kind: 'whole' }
const unsatisfiable = { kind: 'unsatisfiable' }
const part = (start: number, end: number) => ({ kind: 'part', start, end })

describe('a Range header over ten bytes', () => {
  it.each([
    [null, whole],
    ['bytes=0-3', part(0, 3)],
    ['bytes=4-', part(4, 9)],
    ['bytes=-3', part(7, 9)],
    ['bytes=-30', part(0, 9)],
    ['bytes=0-99', part(0, 9)],
    ['bytes=9-9', part(9, 9)],
    ['BYTES=1-2', part(1, 2)],
    ['bytes=10-', unsatisfiable],
    ['bytes=10-12', unsatisfiable],
    ['bytes=-0', unsatisfiable],
    ['bytes=5-4', whole],
    ['bytes=-', whole],
    ['bytes=0-1,4-5', whole],
    ['items=0-1', whole],
    ['bytes=a-b', whole],
    ['bytes=1.5-2', whole],
    ['bytes=-1-2', whole],
    ['bytes=99999999999999999999-', whole],
  ])('%s', (header, expected) => {
    expect(byteRange(header, 10)).toEqual(expected)
  })

  it('satisfies nothing of an empty file', () => {
    expect(byteRange('bytes=0-', 0)).toEqual(unsatisfiable)
    expect(byteRange('bytes=-1', 0)).toEqual(unsatisfiable)
    expect(byteRange(null, 0)).toEqual(whole)
  })
})

it('never names a byte outside the file', () => {
  const number = fc.nat({ max: 200 }).map(String)
  fc.assert(
    fc.property(
      fc.option(number, { nil: '' }),
      fc.option(number, { nil: '' }),
      fc.nat({ max: 100 }),
      (a, b, size) => {
        const range = byteRange(`bytes=${a}-${b}`, size)
        if (range.kind !== 'part') return
        expect(range.start).toBeGreaterThanOrEqual(0)
        expect(range.start).toBeLessThanOrEqual(range.end)
        expect(range.end).toBeLessThan(size)
      },
    ),
  )
})
