import type { TenantId } from '../../app/domain/ids.ts'
import type { Transaction } from '../database/pool.ts'

/** A column of a dimension to be written, with a value a row. */
export interface ColumnValues {
  readonly name: string
  /** What Postgres casts the text to; `list` is a JSON array that becomes text[]. */
  readonly type: 'text' | 'integer' | 'numeric' | 'boolean' | 'date' | 'list'
  readonly values: readonly (string | null)[]
}

/**
 * Writes rows into a dimension over those of the same key. Columns that are not given keep what they hold: a file without a column says nothing
 * of it. The names come from this code, never from a file.
 */
export async function upsert(
  tx: Transaction,
  tenant: TenantId,
  table: string,
  key: string,
  columns: readonly ColumnValues[],
  now: Date,
): Promise<void> {
  const names = columns.map(({ name }) => name)
  const casts = columns.map(({ name, type }) =>
    type === 'list'
      ? `case when r.${name} is not null then array(select jsonb_array_elements_text(r.${name}::jsonb)) end`
      : `r.${name}::${type}`,
  )
  const set = [...names.filter(name => name !== key), 'updated_at'].map(name => `${name} = excluded.${name}`)
  await tx.query(
    `with written as (
       insert into scout.${table} (tenant_id, ${names.join(', ')}, created_at, updated_at)
       select $1, ${casts.join(', ')}, $2, $2
       from unnest(${columns.map((_, i) => `$${i + 3}::text[]`).join(', ')}) as r (${names.join(', ')})
       order by r.${key}
       on conflict (tenant_id, ${key}) do update set ${set.join(', ')}
       returning 1
     )
     select count(*) from written`,
    [tenant, now, ...columns.map(({ values }) => values)],
  )
}
