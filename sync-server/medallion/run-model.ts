import type { TenantId } from '../../app/domain/ids.ts'
import type { Transaction } from '../database/pool.ts'
import { replaceTable } from './rebuild.ts'
import type { RegisteredModel } from './register-models.ts'
import { runComputed } from './run-computed.ts'
import { parameterCount } from './statements.ts'

/** The slices of a relation to redo, as text; null is all of them. */
export type Slices = readonly string[] | null

/** From business days to slices of the model. */
export async function slicesOf(
  tx: Transaction,
  tenantId: TenantId,
  { statements }: RegisteredModel,
  days: readonly string[] | null,
): Promise<Slices> {
  if (days === null || statements?.redo == null) return days
  const { rows } = await tx.query(statements.redo, values(statements.redo, tenantId, days))
  return rows[0]?.slices as string[]
}

/** Takes the slices away and makes them anew. @returns how many rows it wrote. */
export async function runModel(
  tx: Transaction,
  tenantId: TenantId,
  model: RegisteredModel,
  slices: Slices,
  { signal, replaced }: { signal?: AbortSignal | undefined; replaced: ReadonlySet<string> },
): Promise<number> {
  const { statements } = model
  if (statements === null) return 0
  if (slices === null && replaced.has(model.relation)) return replaceTable(tx, tenantId, model)
  const remove = () => tx.query(statements.delete, values(statements.delete, tenantId, slices))
  // Its select may read what the relation held before.
  if (statements.insert === null) return runComputed(tx, tenantId, model, remove, signal)
  await remove()
  const { rows } = await tx.query(statements.insert, values(statements.insert, tenantId, slices))
  return Number(rows[0]?.rows)
}

function values(sql: string, tenantId: TenantId, slices: Slices): unknown[] {
  return [tenantId, slices].slice(0, parameterCount(sql))
}
