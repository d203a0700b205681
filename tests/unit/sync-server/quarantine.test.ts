import { describe, expect, it } from 'vitest'
import { quarantineReasons } from '../../../sync-server/ingestion/quarantine.ts'
import type { SaleFacts } from '../../../sync-server/ingestion/sale-facts.ts'

const receivedAt = new Date('2026-06-01T00:00:00Z')
const arrival = { receivedAt, backfillFrom: null }
const MINUTE = 60_000
const DAY = 86_400_000

function facts(gated: Partial<SaleFacts['gated']> = {}, ageMs = 0): SaleFacts {
  return {
    storeId: 'S1',
    transactionId: 'T1',
    occurredAt: new Date(receivedAt.getTime() - ageMs),
    revisedAt: null,
    voided: false,
    gated: { transcript: null, durationSeconds: null, confidence: null, ...gated },
    qualityIssues: [],
  }
}

describe('the gates', () => {
  it.each<[Partial<SaleFacts['gated']>, string[]]>([
    [{}, []],
    [{ transcript: 'twelve chars' }, []],
    [{ transcript: 'eleven char' }, ['gate_transcript']],
    [{ transcript: '  eleven char  ' }, ['gate_transcript']],
    [{ transcript: '👍'.repeat(12) }, []],
    [{ transcript: '👍'.repeat(11) }, ['gate_transcript']],
    [{ durationSeconds: 2 }, []],
    [{ durationSeconds: 1.99 }, ['gate_duration']],
    [{ durationSeconds: 600 }, []],
    [{ durationSeconds: 600.01 }, ['gate_duration']],
    [{ confidence: 0.6 }, []],
    [{ confidence: 0.599 }, ['gate_confidence']],
    [
      { transcript: '', durationSeconds: 0, confidence: 0 },
      ['gate_transcript', 'gate_duration', 'gate_confidence'],
    ],
  ])('on %j', (gated, expected) => {
    expect(quarantineReasons(facts(gated), '2026-06-01', arrival)).toEqual(expected)
  })
})

describe('the clock', () => {
  it.each([
    [-10 * MINUTE, []],
    [-10 * MINUTE - 1, ['clock_future']],
    [90 * DAY, []],
    [90 * DAY + 1, ['clock_past']],
  ])('of a sale %i ms old', (age, expected) => {
    expect(quarantineReasons(facts({}, age), '2026-01-01', arrival)).toEqual(expected)
  })

  it('lets a backfill in from its first day on', () => {
    const old = facts({}, 400 * DAY)
    const granted = { receivedAt, backfillFrom: '2025-04-01' }
    expect(quarantineReasons(old, '2025-04-01', granted)).toEqual([])
    expect(quarantineReasons(old, '2025-03-31', granted)).toEqual(['clock_past'])
  })
})
