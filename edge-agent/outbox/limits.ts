/** What an outbox does with a sale that it has no room for. */
export const WHEN_FULL = ['reject', 'drop-oldest'] as const
export type WhenFull = (typeof WHEN_FULL)[number]

/**
 * How much an outbox may hold. Bytes are those of the waiting sales' text plus `ROW_BYTES` each, a running sum: exact for what matters
 * (what is owed to the server), known without reading a page, and within a few percent of the file. SQLite's page count would be exact
 * for the file, but a freed page is free only when all of its rows are gone, so that dropping one sale would seldom make room for one.
 */
export interface OutboxLimits {
  readonly maxBytes: number
  readonly whenFull: WhenFull
  /** Of the rejected sales and lines; the oldest make room. */
  readonly maxRejectedBytes: number
}

export const DEFAULT_LIMITS: OutboxLimits = {
  maxBytes: 2 ** 30,
  whenFull: 'reject',
  maxRejectedBytes: 64 * 2 ** 20,
}
