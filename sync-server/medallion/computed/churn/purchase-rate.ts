/** What is known of a customer on a day: his purchase days, and the days since the first and the last of them. */
export interface History {
  /** Days with a purchase after the first one. */
  readonly repeats: number
  /** Days from the first purchase to the last. */
  readonly spread: number
  /** Days from the last purchase to the day looked from. */
  readonly recency: number
}

/** A gamma distribution of purchase rates over customers: shape `a`, rate `b` in days. */
export interface RatePrior {
  readonly a: number
  readonly b: number
}

/**
 * Fits the prior by moments (empirical Bayes): of the customers who came back, the mean and the variance of their rates, less the variance
 * that counting alone brings. A customer's own gaps then weigh as much as they are many. Null when fewer than 30 came back.
 */
export function fitPrior(histories: readonly History[]): RatePrior | null {
  const seen = histories.filter(({ spread }) => spread > 0)
  if (seen.length < 30) return null
  const rates = seen.map(({ repeats, spread }) => repeats / spread)
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length
  const variance = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / rates.length
  const counting = seen.reduce((sum, { spread }) => sum + mean / spread, 0) / seen.length
  // Rates that differ no more than counting would have them are one rate: a narrow prior.
  const between = Math.max(variance - counting, (mean * mean) / 100)
  return { a: (mean * mean) / between, b: mean / between }
}

/**
 * A score that falls with the chance of a purchase in the next `days`: 1 − (how usual a silence as long as this one is for him) × (how
 * likely a purchase in those days is at his own pace). Gaps are exponential at a rate that is gamma after what was seen, so both are
 * Lomax tails. It orders customers; what chance a score means, calibration says.
 */
export function churnScore({ repeats, spread, recency }: History, { a, b }: RatePrior, days: number): number {
  const shape = a + repeats
  const usual = ((b + spread) / (b + spread + recency)) ** shape
  const none = ((b + spread + recency) / (b + spread + recency + days)) ** shape
  return 1 - usual * (1 - none)
}
