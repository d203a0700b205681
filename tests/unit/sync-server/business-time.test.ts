import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { businessTime } from '../../../sync-server/ingestion/business-time.ts'

const manila = businessTime('Asia/Manila')

describe('business time', () => {
  it('reads a moment without a zone as local, one with a zone as it stands', () => {
    expect(manila.instant('2025-08-14T06:30:00').toISOString()).toBe('2025-08-13T22:30:00.000Z')
    expect(manila.instant('2025-08-14T06:30:00Z').toISOString()).toBe('2025-08-14T06:30:00.000Z')
    expect(manila.instant('2025-08-14T06:30:00+08:00').toISOString()).toBe('2025-08-13T22:30:00.000Z')
  })

  it('follows an offset that the sale states', () => {
    expect(manila.instant('2025-08-14T06:30:00', 0).toISOString()).toBe('2025-08-14T06:30:00.000Z')
    expect(manila.instant('2025-08-14T06:30:00', 540).toISOString()).toBe('2025-08-13T21:30:00.000Z')
  })

  it('turns the day at midnight of the pack', () => {
    expect(manila.day(new Date('2025-08-13T15:59:59Z'))).toBe('2025-08-13')
    expect(manila.day(new Date('2025-08-13T16:00:00Z'))).toBe('2025-08-14')
  })

  it('knows zones with daylight saving', () => {
    const berlin = businessTime('Europe/Berlin')
    expect(berlin.instant('2025-01-15T12:00:00').toISOString()).toBe('2025-01-15T11:00:00.000Z')
    expect(berlin.instant('2025-07-15T12:00:00').toISOString()).toBe('2025-07-15T10:00:00.000Z')
    expect(berlin.day(new Date('2025-07-15T22:00:00Z'))).toBe('2025-07-16')
    expect(berlin.day(new Date('2025-01-15T22:59:59Z'))).toBe('2025-01-15')
  })

  it('puts a local moment on the day that it names', () => {
    const date = fc.date({ min: new Date('1980-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(date, when => {
        const local = when.toISOString().slice(0, 19)
        expect(manila.day(manila.instant(local))).toBe(local.slice(0, 10))
      }),
    )
  })

  it.each(['0000-01-01T00:00:00Z', '1899-12-31T00:00:00', '9999-12-31T23:00:00-05:00'])('refuses %s', iso => {
    expect(() => manila.instant(iso)).toThrow(expect.objectContaining({ code: 'sale_invalid' }))
  })
})
