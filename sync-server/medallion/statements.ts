import { ScoutError } from '../../app/errors.ts'
import type { Transaction } from '../database/pool.ts'
import type { Model } from './model.ts'

/** What the runner makes of a model's select: `$1` tenant, `$2` slices (null is all) where the model is incremental. */
export interface Statements {
  /** From `$1` tenant and `$2` business days to one array of slices; null when a slice is a business day. */
  readonly redo: string | null
  readonly delete: string
  /** Null for a computed relation. Gives `rows`, what it wrote. */
  readonly insert: string | null
}

/** A column of a table, in the order of the table. */
export interface TableColumn {
  readonly name: string
  /** As `format_type` writes it, such as `numeric(3,2)`. */
  readonly type: string
}

export async function columnsOf(tx: Transaction, relation: string): Promise<TableColumn[]> {
  const { rows } = await tx.query(
    `select attname::text as name, format_type(atttypid, atttypmod) as type
     from pg_attribute
     where attrelid = to_regclass($1) and attnum > 0 and not attisdropped
     order by attnum`,
    [relation],
  )
  return rows.map(({ name, type }) => ({ name: String(name), type: String(type) }))
}

/** The columns that a select gives. A computed model's select gives what its TypeScript reads. */
export async function columnsGiven(tx: Transaction, { select }: Model): Promise<string[]> {
  const parameters = Array.from({ length: parameterCount(select) }, () => null)
  const { fields } = await tx.query(`select * from (${select}\n) as model limit 0`, parameters)
  return fields.map(({ name }) => name)
}

/**
 * @param given columns of the select
 * @throws ScoutError `reference_invalid` that names the column when select and table do not have the same, or the slice is none of them.
 */
export function statementsOf(
  model: Model,
  table: readonly TableColumn[],
  given: readonly string[],
): Statements {
  const { relation, refresh, select } = model
  if (table.length === 0) throw mismatch(relation, 'has no table; a migration makes it')
  if (refresh.kind !== 'computed') requireSameColumns(relation, table, given)
  const insert = `with fresh as (
insert into ${relation} (${given.join(', ')})
${select}
returning 1
)
select count(*) as rows from fresh`
  if (refresh.kind !== 'incremental') {
    return {
      redo: null,
      delete: `delete from ${relation} where tenant_id = $1`,
      insert: refresh.kind === 'computed' ? null : insert,
    }
  }
  const { slice, redo } = refresh
  const type = table.find(({ name }) => name === slice)?.type
  if (type === undefined) throw mismatch(relation, `has no column ${slice}, which its header calls the slice`)
  return {
    // It takes the tenant even if the model's own query does not: every parameter must have a type.
    redo:
      redo &&
      `select array(select distinct d.slice::text from (${redo}) as d (slice) where $1::text is not null order by 1) as slices`,
    delete: `delete from ${relation} where tenant_id = $1 and ($2::${type}[] is null or ${slice} = any ($2::${type}[]))`,
    insert,
  }
}

/** How many of `$1`, `$2` … a statement takes: the protocol wants exactly as many values. */
export function parameterCount(sql: string): number {
  return Math.max(0, ...(sql.match(/\$\d+/g) ?? []).map(name => Number(name.slice(1))))
}

function requireSameColumns(relation: string, table: readonly TableColumn[], given: readonly string[]): void {
  const known = new Set(table.map(({ name }) => name))
  const strange = given.find(name => !known.has(name))
  if (strange !== undefined) throw mismatch(relation, `has no column ${strange}, which its model gives`)
  const missing = table.find(({ name }) => !given.includes(name))
  if (missing !== undefined)
    throw mismatch(relation, `has a column ${missing.name}, which its model does not give`)
  const twice = given.find((name, at) => given.indexOf(name) !== at)
  if (twice !== undefined) throw mismatch(relation, `is given the column ${twice} twice by its model`)
}

function mismatch(relation: string, problem: string): ScoutError {
  return new ScoutError('reference_invalid', { message: `${relation} ${problem}.` })
}
