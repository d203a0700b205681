import type { Pool } from '../../sync-server/database/pool.ts'

/**
 * Every column of every table of schema scout in which one of the texts stands in plain, as `table.column: text`. Asked as the database's owner,
 * whom no wall holds back; bytes are searched as they are.
 */
export async function plainTextIn(pool: Pool, texts: readonly string[]): Promise<string[]> {
  const { rows: columns } = await pool.query(`
    select c.relname as table, a.attname as column, a.atttypid = 'bytea'::regtype as is_bytes
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'scout'::regnamespace and c.relkind in ('r', 'p', 'm')
      and c.relname not like 'geo\\_%'
    order by 1, 2`)
  const found: string[] = []
  for (const { table, column, is_bytes } of columns) {
    const value = is_bytes ? `"${column}"` : `convert_to("${column}"::text, 'UTF8')`
    const { rows } = await pool.query(
      `select t.text from unnest($1::text[]) as t (text)
       where exists (select 1 from scout."${table}" where position(convert_to(t.text, 'UTF8') in ${value}) > 0)`,
      [texts],
    )
    found.push(...rows.map(row => `${table}.${column}: ${row.text}`))
  }
  return found
}
