import type { Outbox } from '../outbox/outbox.ts'
import type { WaitingSale } from '../outbox/records.ts'
import type { Outcome } from './send-batch.ts'

/** The server has these sales: now, before, or waiting for someone to look at them. */
const STORED: ReadonlySet<string> = new Set(['accepted', 'duplicate', 'quarantined'])

export interface Settled {
  readonly stored: readonly number[]
  readonly refused: readonly Outcome[]
}

/**
 * Takes out of the outbox what the server answered for, in one transaction. Sales without an answer, or with one that this
 * agent does not know, stay; answers for sales that were not asked about are ignored.
 */
export async function settle(
  outbox: Outbox,
  sales: readonly WaitingSale[],
  outcomes: readonly Outcome[],
): Promise<Settled> {
  const ours = new Set(sales.map(sale => sale.seq))
  const answered = outcomes.filter(({ seq }) => ours.delete(seq))
  const stored = answered.filter(({ outcome }) => STORED.has(outcome)).map(({ seq }) => seq)
  const refused = answered.filter(({ outcome }) => outcome === 'refused')
  // Handed in together, these are one transaction.
  await Promise.all([
    outbox.acknowledge(stored),
    ...refused.map(({ seq, code, message }) => outbox.reject(seq, code, message)),
  ])
  return { stored, refused }
}
