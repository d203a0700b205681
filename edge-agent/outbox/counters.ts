import { z } from 'zod'

/** What an outbox holds and has given up, as its one row says. */
export const counterRow = z.object({
  boot_epoch: z.number(),
  waiting: z.number(),
  waiting_bytes: z.number(),
  rejected: z.number(),
  rejected_bytes: z.number(),
  forgotten: z.number(),
  dropped: z.number(),
  dropped_since: z.string().nullable(),
})
export type Counters = z.infer<typeof counterRow>

export const NO_COUNTERS: Omit<Counters, 'boot_epoch'> = {
  waiting: 0,
  waiting_bytes: 0,
  rejected: 0,
  rejected_bytes: 0,
  forgotten: 0,
  dropped: 0,
  dropped_since: null,
}
