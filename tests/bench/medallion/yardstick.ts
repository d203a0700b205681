import type { Pool } from '../../../sync-server/database/pool.ts'
import type { Model } from '../../../sync-server/medallion/model.ts'
import { TENANT } from './seed.ts'

/**
 * What the same relations cost by hand: for each `create table as` of its select, as the superuser and so behind no wall, then its keys
 * and indexes as the catalogue has them, and analyze. No log, no checks, no swap.
 *
 * @returns milliseconds, all in all.
 */
export async function createByHand(pool: Pool, models: readonly Model[]): Promise<number> {
  await pool.query('drop schema if exists yardstick cascade; create schema yardstick')
  let ms = 0
  for (const { relation, select } of models) {
    const table = relation.replace('scout.', 'yardstick.')
    const body = select
      .replaceAll('$2', 'null')
      .replaceAll('$1', `'${TENANT}'`)
      .replaceAll(/\bscout\.\w+/g, name =>
        models.some(model => model.relation === name) ? name.replace('scout.', 'yardstick.') : name,
      )
    const indexes = await indexesOf(pool, relation, table)
    const started = performance.now()
    await pool.query(`create table ${table} as ${body}`)
    for (const statement of indexes) await pool.query(statement)
    await pool.query(`analyze ${table}`)
    ms += performance.now() - started
  }
  await pool.query('drop schema yardstick cascade')
  return ms
}

async function indexesOf(pool: Pool, relation: string, table: string): Promise<string[]> {
  const { rows } = await pool.query(
    `select format('alter table %s add %s', $2::text, pg_get_constraintdef(k.oid)) as statement
     from pg_constraint k where k.conrelid = to_regclass($1) and k.contype in ('p', 'u')
     union all
     select regexp_replace(pg_get_indexdef(i.indexrelid), ' ON \\S+ USING ', format(' ON %s USING ', $2::text))
     from pg_index i
     where i.indrelid = to_regclass($1) and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid)`,
    [relation, table],
  )
  return rows.map(row => String(row.statement))
}
