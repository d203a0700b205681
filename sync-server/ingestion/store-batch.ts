import type { BatchHeader, SaleOutcome } from '../../app/contracts/device.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Transaction } from '../database/pool.ts'
import { storePersons } from '../personal/person-rows.ts'
import { judgeHeldAgain } from '../quarantine/judge-again.ts'
import { type BatchOrigin, findConflicts, insertEvents, insertRefused } from './bronze-rows.ts'
import { noteContact } from './device-contact.ts'
import type { JudgedSale, RefusedSale } from './judge-sale.ts'
import { markUnknownStores } from './known-stores.ts'

/*
 * INVARIANTS (all in the one transaction given)
 *  1. Every seq of the header gets exactly one outcome, and what the outcome says is committed with it.
 *  2. An event is stored once by (device, boot epoch, seq), a version of a transaction once by its hash.
 *  3. A day whose standing sales may have changed has a note in medallion_touched_day.
 *  4. A held sale that comes again is judged again, and can only lose reasons by that.
 */

export interface BatchToStore extends BatchOrigin {
  /** Stores the device may report; null is every store. */
  readonly storeIds: readonly string[] | null
  readonly sales: readonly JudgedSale[]
  readonly refused: readonly RefusedSale[]
}

/** The first try takes all sales for new; `conflict` says that one was there, then the second looks at each. */
export type Expectation = 'all-new' | 'anything'

/** A batch of a device: it is also a sign of life. */
export async function storeBatch(
  tx: Transaction,
  batch: BatchToStore,
  expectation: Expectation,
): Promise<SaleOutcome[]> {
  const { sentBefore } = await noteContact(tx, batch)
  return storeSales(tx, batch, sentBefore ? 'anything' : expectation)
}

/** The sales alone, from wherever they come. */
export async function storeSales(
  tx: Transaction,
  batch: BatchToStore,
  expectation: Expectation,
): Promise<SaleOutcome[]> {
  const { tenantId } = batch.device
  const placed = await markUnknownStores(tx, tenantId, batch.storeIds, batch.sales)
  const { first, repeated } = firstOfEachVersion(placed)
  const inserted = await insertEvents(tx, batch, first, { allNew: expectation === 'all-new' })
  const rest = first.filter(sale => !inserted.has(sale.seq))
  const conflicts = await findConflicts(tx, batch, [...rest, ...repeated])
  const known = rest.filter(sale => !conflicts.has(sale.seq))
  const freed = await judgeHeldAgain(tx, tenantId, known)
  const refused = [...batch.refused, ...conflicts.values()]
  await insertRefused(tx, batch, refused)
  const persons = batch.sales.flatMap(({ person }) => person ?? [])
  await storePersons(tx, tenantId, batch.keys, persons, batch.receivedAt)
  return outcomesInOrder(batch.header, placed, inserted.union(freed), refused)
}

/** The same version of a transaction twice in one batch is one event and a duplicate of it. */
function firstOfEachVersion(sales: readonly JudgedSale[]): { first: JudgedSale[]; repeated: JudgedSale[] } {
  const seen = new Set<string>()
  const first: JudgedSale[] = []
  const repeated: JudgedSale[] = []
  for (const sale of sales) {
    // The same JSON is the same transaction, as long as the same contract reads it.
    const version = sale.contract + sale.hash.toString('latin1')
    if (seen.has(version)) repeated.push(sale)
    else first.push(sale)
    seen.add(version)
  }
  return { first, repeated }
}

function outcomesInOrder(
  header: BatchHeader,
  sales: readonly JudgedSale[],
  inserted: ReadonlySet<number>,
  refused: readonly RefusedSale[],
): SaleOutcome[] {
  const outcomes = new Map<number, SaleOutcome>()
  for (const { seq, reasons } of sales) {
    if (!inserted.has(seq)) outcomes.set(seq, { seq, outcome: 'duplicate' })
    else if (reasons.length > 0) outcomes.set(seq, { seq, outcome: 'quarantined', reasons: [...reasons] })
    else outcomes.set(seq, { seq, outcome: 'accepted' })
  }
  for (const { seq, code, message } of refused) outcomes.set(seq, { seq, outcome: 'refused', code, message })
  return header.seqs.map(seq => {
    const outcome = outcomes.get(seq)
    if (outcome === undefined) throw new ScoutError('internal', { message: `No outcome for seq ${seq}.` })
    return outcome
  })
}
