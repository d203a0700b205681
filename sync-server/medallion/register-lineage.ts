import type { Transaction } from '../database/pool.ts'
import { type QueryLineage, queryLineage } from './column-lineage.ts'
import type { Model } from './model.ts'
import { isNode, parseNodeTree } from './node-tree.ts'

interface Edge {
  readonly relation: string
  /** Empty: every column. */
  readonly column: string
  readonly source: string
  readonly how: 'value' | 'rows' | 'computed'
}

/** Writes `scout.medallion_lineage`: of every model, and of every view that stands in the schema, as others read through them. */
export async function registerLineage(tx: Transaction, models: readonly Model[]): Promise<void> {
  const edges: Edge[] = []
  for (const model of models) {
    if (model.refresh.kind !== 'view') edges.push(...(await edgesOfModel(tx, model)))
  }
  const { rows } = await tx.query(
    `select 'scout.' || c.relname as view, r.ev_action::text as tree
     from pg_class c join pg_rewrite r on r.ev_class = c.oid
     where c.relnamespace = 'scout'::regnamespace and c.relkind = 'v'`,
  )
  for (const { view, tree } of rows) edges.push(...edgesOf(String(view), lineageOf(String(tree))))
  await tx.query('delete from scout.medallion_lineage')
  await tx.query(
    `insert into scout.medallion_lineage (relation, column_name, input_relation, input_column, how)
     select distinct on (e.relation, e.column_name, i.input_relation, i.input_column)
       e.relation, e.column_name, i.input_relation, i.input_column, e.how
     from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as e (relation, column_name, source, how)
     cross join lateral (
       select n.nspname || '.' || c.relname as input_relation, a.attname::text as input_column
       from pg_attribute a
       join pg_class c on c.oid = a.attrelid
       join pg_namespace n on n.oid = c.relnamespace
       where a.attrelid = split_part(e.source, '.', 1)::oid and a.attnum > 0 and not a.attisdropped
         and split_part(e.source, '.', 2)::integer in (0, a.attnum)
     ) i
     order by e.relation, e.column_name, i.input_relation, i.input_column, e.how`,
    [
      edges.map(({ relation }) => relation),
      edges.map(({ column }) => column),
      edges.map(({ source }) => source),
      edges.map(({ how }) => how),
    ],
  )
  await addDeclared(tx, models)
}

/** What a header names and the query does not: it calls a function that reads it. */
async function addDeclared(tx: Transaction, models: readonly Model[]): Promise<void> {
  const declared = models.flatMap(({ relation, inputs }) => inputs.map(input => ({ relation, input })))
  await tx.query(
    `insert into scout.medallion_lineage (relation, column_name, input_relation, input_column, how)
     select d.relation, '', d.input, '*', 'declared'
     from unnest($1::text[], $2::text[]) as d (relation, input)
     where not exists (
       select 1 from scout.medallion_lineage l where l.relation = d.relation and l.input_relation = d.input
     )
     on conflict do nothing`,
    [declared.map(({ relation }) => relation), declared.map(({ input }) => input)],
  )
}

/** A view of the model's select for a moment: Postgres resolves it as it will when it runs. */
async function edgesOfModel(tx: Transaction, { relation, refresh, select }: Model): Promise<Edge[]> {
  const body = select.replaceAll('$2', 'null').replaceAll('$1', 'null::text')
  await tx.query(`create view scout_build.lineage_probe as ${body}`)
  const { rows } = await tx.query(
    `select ev_action::text as tree from pg_rewrite where ev_class = 'scout_build.lineage_probe'::regclass`,
  )
  await tx.query('drop view scout_build.lineage_probe')
  const lineage = lineageOf(String(rows[0]?.tree))
  if (refresh.kind !== 'computed') return edgesOf(relation, lineage)
  // TypeScript stands between: any column may rest on all that it reads.
  const read = new Set([...lineage.rows, ...[...lineage.columns.values()].flatMap(sources => [...sources])])
  return [...read].map(source => ({ relation, column: '', source, how: 'computed' }))
}

function edgesOf(relation: string, { columns, rows }: QueryLineage): Edge[] {
  return [
    ...[...columns].flatMap(([column, sources]) =>
      [...sources].map(source => ({ relation, column, source, how: 'value' as const })),
    ),
    ...[...rows].map(source => ({ relation, column: '', source, how: 'rows' as const })),
  ]
}

function lineageOf(text: string): QueryLineage {
  const tree = parseNodeTree(text)
  const query = Array.isArray(tree) ? tree[0] : tree
  return isNode(query) ? queryLineage(query) : { columns: new Map(), rows: new Set() }
}
