import { expect, test } from 'vitest'
import { dayFromIso } from '../../../app/domain/time.ts'
import { agoText, rangeText, weekdayText } from '../../../renderer/format/time.ts'

const range = (from: string, to: string) => rangeText({ from: dayFromIso(from), to: dayFromIso(to) })

test('a range says what its ends share only once', () => {
  expect(range('2025-08-03', '2025-08-03')).toBe('3 Aug 2025')
  expect(range('2025-08-01', '2025-08-31')).toBe('1 – 31 Aug 2025')
  expect(range('2025-06-01', '2025-08-31')).toBe('1 Jun – 31 Aug 2025')
  expect(range('2024-09-01', '2025-08-31')).toBe('1 Sep 2024 – 31 Aug 2025')
})

test('a day knows its weekday', () => {
  expect(weekdayText(dayFromIso('2025-08-03'))).toBe('Sun 3 Aug 2025')
})

test('how long ago is said in the unit that fits, and never negatively', () => {
  const now = Date.parse('2026-01-10T12:00:00Z')
  expect(agoText('2026-01-10T12:00:30Z', now)).toBe('just now')
  expect(agoText('2026-01-10T11:20:00Z', now)).toBe('40 minutes ago')
  expect(agoText('2026-01-10T10:30:00Z', now)).toBe('an hour ago')
  expect(agoText('2026-01-10T02:00:00Z', now)).toBe('10 hours ago')
  expect(agoText('2026-01-09T08:00:00Z', now)).toBe('yesterday')
  expect(agoText('2026-01-01T12:00:00Z', now)).toBe('9 days ago')
})
