import { toWireError, type WireError } from '../../app/errors.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { ReadSale } from './read-sales.ts'

/** What `POST /v1/sales` answers: the fate of each sale, in the order sent. With none accepted, the first error as well. */
export interface TakenSales {
  readonly boot_epoch: number
  readonly accepted: number
  readonly refused: number
  readonly sales: ReadonlyArray<
    | { readonly outcome: 'accepted'; readonly seq: number }
    | { readonly outcome: 'refused'; readonly error: WireError }
  >
}

/**
 * Stores the good ones of the sales that were read and says what became of each. The refused ones stay with whoever sent
 * them: they were told.
 */
export async function takeSales(
  outbox: Outbox,
  read: readonly ReadSale[],
): Promise<{ status: number; body: TakenSales | (TakenSales & WireError) }> {
  const good = read.flatMap(item => (item.ok ? [item.sale] : []))
  const seqs = good.length > 0 ? await outbox.append(good) : []
  const refused = read.length - good.length
  const remaining = seqs.values()
  const sales = read.map(item =>
    item.ok
      ? ({ outcome: 'accepted', seq: Number(remaining.next().value) } as const)
      : ({ outcome: 'refused', error: toWireError(item.error) } as const),
  )
  const body = { boot_epoch: outbox.bootEpoch, accepted: good.length, refused, sales }
  const firstRefusal = read.find(item => !item.ok)
  if (firstRefusal === undefined) return { status: 201, body }
  if (good.length > 0) return { status: 207, body }
  return { status: firstRefusal.error.status, body: { ...toWireError(firstRefusal.error), ...body } }
}
