import { CLOCK_FUTURE_MS, CLOCK_PAST_MS, GATES, type QuarantineReason } from '../../app/contracts/device.ts'
import type { SaleFacts } from './sale-facts.ts'

export interface Arrival {
  readonly receivedAt: Date
  /** From this business day on the device may be late without limit; null grants nothing. */
  readonly backfillFrom: string | null
}

/** Why a readable sale stays out of silver, in the order of the closed list; the store is looked up when it is written. */
export function quarantineReasons(
  sale: SaleFacts,
  businessDay: string,
  arrival: Arrival,
): QuarantineReason[] {
  const reasons: QuarantineReason[] = []
  const { transcript, durationSeconds, confidence } = sale.gated
  const [shortest, longest] = GATES.durationSeconds
  if (transcript !== null && Array.from(transcript.trim()).length < GATES.transcriptChars) {
    reasons.push('gate_transcript')
  }
  if (durationSeconds !== null && (durationSeconds < shortest || durationSeconds > longest)) {
    reasons.push('gate_duration')
  }
  if (confidence !== null && confidence < GATES.confidence) reasons.push('gate_confidence')
  const age = arrival.receivedAt.getTime() - sale.occurredAt.getTime()
  if (age < -CLOCK_FUTURE_MS) reasons.push('clock_future')
  const welcomeLate = arrival.backfillFrom !== null && businessDay >= arrival.backfillFrom
  if (age > CLOCK_PAST_MS && !welcomeLate) reasons.push('clock_past')
  return reasons
}
