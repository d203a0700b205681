import { z } from 'zod'
import type { Observed } from './churn-model.ts'
import type { History } from './purchase-rate.ts'

export const customerRow = z.object({
  tenant_id: z.string(),
  key: z.string(),
  customer_id: z.string(),
  as_of: z.string(),
  window_from: z.string(),
  repeats: z.number(),
  spread: z.number(),
  recency: z.number(),
  before_repeats: z.number().nullable(),
  before_spread: z.number().nullable(),
  before_recency: z.number().nullable(),
  bought_after: z.boolean().nullable(),
})
export type CustomerRow = z.infer<typeof customerRow>

/** Customers that a model is fitted and tested on at most: the first by hash. */
export const SAMPLE = 50_000

export function historyOf({ repeats, spread, recency }: CustomerRow): History {
  return { repeats, spread, recency }
}

/** Those who had bought before the hold-out, as they stood then. */
export function observedOf(sample: readonly CustomerRow[]): Observed[] {
  return sample.flatMap(({ key, before_repeats, before_spread, before_recency, bought_after }) =>
    before_repeats === null || before_spread === null || before_recency === null || bought_after === null
      ? []
      : [
          {
            key,
            repeats: before_repeats,
            spread: before_spread,
            recency: before_recency,
            churned: bought_after ? 0 : 1,
          },
        ],
  )
}
