import { z } from 'zod'

/** What the suite asks for. */
export const loadOrder = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('enrol'), url: z.url(), claims: z.array(z.string()) }),
  /** Each device sends batch after batch as fast as it is answered. */
  z.object({ kind: z.literal('flood'), batches: z.number(), sales: z.number() }),
  /**
   * Together they make `rate` sales a second for `seconds`, each device sends every `everyMs` what it has. A sale's write at its source is
   * when the schedule has it, whether or not the device was free to send by then.
   */
  z.object({ kind: z.literal('paced'), rate: z.number(), seconds: z.number(), everyMs: z.number() }),
])
export type LoadOrder = z.infer<typeof loadOrder>

export interface LoadReport {
  readonly sales: number
  /** Between the first request and the last answer. */
  readonly seconds: number
  /** Sales that were not accepted. */
  readonly otherwise: number
  /** Requests that the server put off with 429. */
  readonly putOff: number
  /** From each sale's write to the answer that it is committed, ms, ascending; empty for a flood. */
  readonly latencies: readonly number[]
}

/** Each device stands in a store of its own. */
export function storeOf(device: number): string {
  return `S${device + 1}`
}
