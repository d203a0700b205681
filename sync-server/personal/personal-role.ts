import type { Transaction } from '../database/pool.ts'

/**
 * Inside a transaction of `withTenant`: what `body` asks is asked as `scout_personal`, the one role that may read `scout.customer_personal`.
 * The tenant's claim stays. When `body` throws, the transaction is over anyway.
 */
export async function asPersonalRole<T>(tx: Transaction, body: () => Promise<T>): Promise<T> {
  await tx.query('set local role scout_personal')
  const result = await body()
  await tx.query('set local role scout_app')
  return result
}
