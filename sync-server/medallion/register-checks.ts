import type { Transaction } from '../database/pool.ts'
import { type Check, readChecks } from './checks.ts'
import type { Model } from './model.ts'

/** Writes `sql/checks`, and those that the models' headers imply, into `scout.medallion_check`. */
export async function registerChecks(tx: Transaction, models: readonly Model[]): Promise<void> {
  await tx.query('delete from scout.medallion_check')
  for (const check of [...readChecks(models), ...(await impliedChecks(tx, models))]) {
    const { name, promise, severity, relations, sql } = check
    await tx.query(
      'insert into scout.medallion_check (name, promise, severity, relations, sql) values ($1, $2, $3, $4, $5)',
      [name, promise, severity, relations, sql],
    )
  }
}

/** The checks that are registered, by name. */
export async function registeredChecks(tx: Transaction): Promise<Check[]> {
  const { rows } = await tx.query(
    'select name, promise, severity, relations, sql from scout.medallion_check order by name collate "C"',
  )
  return rows
}

/** A header's key is unique and known. The table's own key holds that; where it has none, or another, a check does. */
async function impliedChecks(tx: Transaction, models: readonly Model[]): Promise<Check[]> {
  const { rows } = await tx.query(
    `select m.relation
     from scout.medallion_model m
     where m.kind <> 'view' and not exists (
       select 1
       from pg_index i
       where i.indrelid = to_regclass(m.relation) and i.indisunique and i.indpred is null
         and (select array_agg(a.attname::text order by a.attname)
              from pg_attribute a where a.attrelid = i.indrelid and a.attnum = any (i.indkey::smallint[]))
           = (select array_agg(k order by k) from unnest(m.key) as k))`,
  )
  const unguarded = new Set(rows.map(row => String(row.relation)))
  return models
    .filter(({ relation }) => unguarded.has(relation))
    .map(({ relation, grain, key }) => ({
      name: `${relation.slice('scout.'.length)}_key`,
      promise: `${relation} has one row for ${grain}`,
      severity: 'blocking',
      relations: [relation],
      sql: `select ${key.join(', ')}, count(*) as times from ${relation}
where tenant_id = $1 and coalesce(cardinality($2::date[]), 1) > 0
group by ${key.join(', ')} having count(*) > 1`,
    }))
}
