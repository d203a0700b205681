import type { QuarantineReason } from '../../../app/contracts/device.ts'
import { sale } from './world.ts'

const DAY_MS = 86_400_000
const ago = (ms: number) => new Date(Date.now() - ms).toISOString()

/** What a listening device would send of a sale that is in order. */
function heard(id: string, change: Record<string, unknown> = {}) {
  return {
    contract: 'edge.v1' as const,
    sale: {
      transaction_id: id,
      store: { id: 'S1' },
      ts_utc: ago(60_000),
      transcript: 'isang coke mismo po, malamig',
      duration_seconds: 6,
      confidence: 0.9,
      items: [],
      ...change,
    },
  }
}

/** The dirty fixture: for every reason of the closed list one sale that has it and nothing else. */
export const DIRTY_SALES: Readonly<
  Record<QuarantineReason, ReturnType<typeof heard> | ReturnType<typeof sale>>
> = {
  unknown_store: sale('dirty-store', { store_id: 'S-nowhere' }),
  gate_transcript: heard('dirty-transcript', { transcript: 'coke po' }),
  gate_duration: heard('dirty-duration', { duration_seconds: 601 }),
  gate_confidence: heard('dirty-confidence', { confidence: 0.59 }),
  clock_future: sale('dirty-future', { sold_at: ago(-60 * 60_000) }),
  clock_past: sale('dirty-past', { sold_at: ago(91 * DAY_MS) }),
}
