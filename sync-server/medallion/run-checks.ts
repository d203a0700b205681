import type { TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Transaction } from '../database/pool.ts'
import type { Check } from './checks.ts'

/** A check that found rows. */
export interface CheckOutcome {
  readonly check: Check
  readonly rows: number
  /** The first of them. */
  readonly examples: readonly Record<string, unknown>[]
}

const ROWS_SHOWN = 5

/**
 * Runs checks on the given days (null is every day).
 *
 * @returns the warnings that found something.
 * @throws ScoutError `check_failed` with the name and first rows of the first blocking check that found something.
 */
export async function runChecks(
  tx: Transaction,
  tenantId: TenantId,
  checks: readonly Check[],
  days: readonly string[] | null,
  onCheck: (name: string, done: number) => void = () => undefined,
): Promise<CheckOutcome[]> {
  const warnings: CheckOutcome[] = []
  for (const [done, check] of checks.entries()) {
    onCheck(check.name, done)
    const { name, promise, severity, sql } = check
    const { rows } = await tx.query(
      `select v.*, count(*) over () as all_violations from (${sql}\n) as v limit ${ROWS_SHOWN}`,
      [tenantId, days],
    )
    if (rows.length === 0) continue
    const examples = rows.map(({ all_violations: _, ...row }) => row)
    if (severity === 'blocking') {
      throw new ScoutError('check_failed', { details: { check: name, promise, rows: examples } })
    }
    warnings.push({ check, rows: Number(rows[0]?.all_violations), examples })
  }
  return warnings
}
