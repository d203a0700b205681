import type { Pool } from '../database/pool.ts'

/**
 * Gives the planner fresh statistics on tables that grew by half or were never looked at. Nothing does so by itself on the embedded
 * engine, and elsewhere autovacuum comes minutes after a first load; without them 18,000 sales were joined to their stores by a
 * nested loop, which took ten times as long. Outside the run's transaction, as the owner: the application may not analyse.
 */
export async function refreshStatistics(pool: Pool, relations: readonly string[]): Promise<void> {
  const { rows } = await pool.query(
    `select c.oid::regclass::text as relation
     from pg_class c
     where c.oid = any (array(select to_regclass(name) from unnest($1::text[]) as name))
       and c.relkind in ('r', 'p')
       and pg_relation_size(c.oid) > 0
       and (c.reltuples < 0
         or pg_relation_size(c.oid) > 1.5 * c.relpages * current_setting('block_size')::integer)`,
    [relations],
  )
  for (const { relation } of rows) await pool.query(`analyze ${relation}`)
}
