import type { TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Transaction } from '../database/pool.ts'
import type { Check } from './checks.ts'
import { parameterCount } from './statements.ts'

/** A check that found rows. */
export interface CheckOutcome {
  readonly check: Check
  readonly rows: number
  /** How many of them lie in each region, where the check tells regions apart; null where it does not. */
  readonly byRegion: ReadonlyMap<string, number> | null
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
      [tenantId, days].slice(0, parameterCount(sql)),
    )
    if (rows.length === 0) continue
    const examples = rows.map(({ all_violations: _, ...row }) => row)
    if (severity === 'blocking') {
      throw new ScoutError('check_failed', { details: { check: name, promise, rows: examples } })
    }
    const byRegion = await countByRegion(tx, sql, [tenantId, days], rows[0])
    warnings.push({ check, rows: Number(rows[0]?.all_violations), byRegion, examples })
  }
  return warnings
}

/** A person of one region must not learn from a warning how things are in another. */
async function countByRegion(
  tx: Transaction,
  sql: string,
  values: readonly unknown[],
  row: Record<string, unknown> | undefined,
): Promise<Map<string, number> | null> {
  if (row === undefined || !Object.hasOwn(row, 'region')) return null
  const { rows } = await tx.query(
    `select region, count(*) as rows from (${sql}\n) as v where region is not null group by region`,
    values.slice(0, parameterCount(sql)),
  )
  return new Map(rows.map(counted => [String(counted.region), Number(counted.rows)]))
}
