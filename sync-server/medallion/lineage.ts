import { ScoutError } from '../../app/errors.ts'
import type { Pool } from '../database/pool.ts'

/** One step back: a column, and a column that it is made from. */
export interface LineageEdge {
  readonly relation: string
  /** Empty where every column of the relation rests on it: it joins, filters or groups. */
  readonly column_name: string
  readonly input_relation: string
  readonly input_column: string
  /** `declared`: the header names the relation, and a function of the database reads it. */
  readonly how: 'value' | 'rows' | 'computed' | 'declared'
  /** How many steps back. */
  readonly steps: number
}

/**
 * From a relation, or one column of it, back to bronze and the dimensions; nearest first.
 *
 * @throws ScoutError `not_found` when nothing is known of it.
 */
export async function readLineage(pool: Pool, relation: string, column?: string): Promise<LineageEdge[]> {
  const name = relation.includes('.') ? relation : `scout.${relation}`
  const { rows } = await pool.query(
    'select relation, column_name, input_relation, input_column, how, steps from scout.lineage_of($1, $2)',
    [name, column ?? null],
  )
  if (rows.length === 0) {
    throw new ScoutError('not_found', {
      message: `There is no lineage of ${name}${column === undefined ? '' : `.${column}`}.`,
    })
  }
  return rows
}
