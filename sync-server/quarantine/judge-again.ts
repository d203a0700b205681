import { z } from 'zod'
import type { TenantId } from '../../app/domain/ids.ts'
import { byteaArray, textArray } from '../database/binary-arrays.ts'
import type { Transaction } from '../database/pool.ts'
import type { JudgedSale } from '../ingestion/judge-sale.ts'
import { touchDays } from '../ingestion/touch-days.ts'

const freedRow = z.object({
  store_id: z.string(),
  transaction_id: z.string(),
  event_hash: z.instanceof(Buffer),
})

/**
 * Sales that came again: those of them that are held lose the reasons that they have no more. So a device whose clock was put right, or
 * that was enrolled for another store since, frees what it sends once more, and nothing gets worse by being sent twice.
 *
 * @returns the seqs of those that nothing holds back any more
 */
export async function judgeHeldAgain(
  tx: Transaction,
  tenantId: TenantId,
  sales: readonly JudgedSale[],
): Promise<Set<number>> {
  if (sales.length === 0) return new Set()
  const { rows } = await tx.query(
    `update scout.bronze_events b
     set quarantine_reasons = string_to_array(s.reasons, ',')
     from unnest($2::text[], $3::text[], $4::bytea[], $5::text[]) as s (store_id, transaction_id, event_hash, reasons)
     where b.tenant_id = $1 and b.store_id = s.store_id and b.transaction_id = s.transaction_id
       and b.event_hash = s.event_hash
       and b.quarantine_reasons <> '{}'
       and b.quarantine_reasons @> string_to_array(s.reasons, ',')
       and not b.quarantine_reasons <@ string_to_array(s.reasons, ',')
     returning b.store_id, b.transaction_id, b.event_hash, b.quarantine_reasons = '{}' as free`,
    [
      tenantId,
      textArray(sales.map(sale => sale.facts.storeId)),
      textArray(sales.map(sale => sale.facts.transactionId)),
      byteaArray(sales.map(sale => sale.hash)),
      textArray(sales.map(sale => sale.reasons.join(','))),
    ],
  )
  const freed = rows.filter(row => row.free === true).map(row => freedRow.parse(row))
  await touchDays(
    tx,
    tenantId,
    freed.map(({ store_id, transaction_id }) => ({ storeId: store_id, transactionId: transaction_id })),
  )
  const hashes = new Set(freed.map(row => row.event_hash.toString('latin1')))
  return new Set(sales.filter(sale => hashes.has(sale.hash.toString('latin1'))).map(sale => sale.seq))
}
