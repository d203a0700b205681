import pg from 'pg'
import type { TenantId } from '../../app/domain/ids.ts'
import type { Transaction } from '../database/pool.ts'
import { asOwner, asSystem } from '../database/tenant.ts'
import type { Model } from './model.ts'
import { columnsOf } from './statements.ts'

/*
 * A relation made anew as a whole is a new table that takes the place of the old one: `create table as` reads in parallel and keeps no
 * index meanwhile, `insert … select` does neither.
 *
 * INVARIANTS
 *  1. From before its moment is frozen until it commits, nobody else writes into a table that a run replaces: the rows of other tenants
 *     are copied as of that moment.
 *  2. Whoever reads several relations as of one moment holds locks on them from before that moment (`holdTables`): of a table that was
 *     replaced after it he would see no row.
 *  3. Locks are taken in the order in which the models run.
 */

/** Below so many bytes of what it reads or holds, a relation is emptied and filled: catalogues need not change for that. */
const REPLACE_FROM_BYTES = 64 << 20

/** Of the relations, those that are large, may be replaced, and are mostly this tenant's. */
export async function worthReplacing(
  tx: Transaction,
  tenantId: TenantId,
  models: readonly Model[],
  fromBytes = REPLACE_FROM_BYTES,
): Promise<Set<string>> {
  const found = new Set<string>()
  for (const model of models) {
    if ((await isLarge(tx, model, fromBytes)) && (await isMostly(tx, tenantId, model.relation)))
      found.add(model.relation)
  }
  return found
}

/** The first statement of a transaction that reads or refines: it freezes no moment. `replaced` are held against all other writers. */
export async function holdTables(
  tx: Transaction,
  models: readonly Model[],
  mode: 'read' | { readonly replaced: ReadonlySet<string> },
): Promise<void> {
  const statements = models
    .filter(({ refresh }) => refresh.kind !== 'view')
    .map(({ relation }) => {
      if (mode === 'read') return `lock table ${relation} in access share mode`
      return `lock table ${relation} in ${mode.replaced.has(relation) ? 'share row exclusive' : 'row exclusive'} mode`
    })
  await tx.query(statements.join('; '))
}

async function isLarge(tx: Transaction, { relation, inputs }: Model, fromBytes: number): Promise<boolean> {
  const { rows } = await tx.query(
    `with named as (
       select to_regclass(name) as oid from unnest($1::text[]) as name
     ),
     -- An input may be a view: then what it reads counts.
     read as (
       select oid from named
       union
       select d.refobjid from named n join pg_rewrite r on r.ev_class = n.oid join pg_depend d on d.objid = r.oid
       where d.refclassid = 'pg_class'::regclass
     )
     select coalesce(max(pg_relation_size(oid)), 0) >= $3 and scout.may_be_replaced(to_regclass($2)) as large
     from read where oid is not null`,
    [[relation, ...inputs], relation, fromBytes],
  )
  return rows[0]?.large === true
}

/** @returns how many rows the tenant has in the new table. */
export async function replaceTable(tx: Transaction, tenantId: TenantId, model: Model): Promise<number> {
  const { relation, select } = model
  const next = relation.replace(/^scout\./, 'scout_build.')
  const columns = await columnsOf(tx, relation)
  const own = columns.map(({ name, type }) => `${name}::${type} as ${name}`).join(', ')
  const names = columns.map(({ name }) => name).join(', ')
  const tenant = pg.escapeLiteral(tenantId)
  // Statements that define something take no parameters.
  const rowsOfTenant = select.replaceAll('$2', 'null').replaceAll('$1', tenant)
  const written = await asSystem(tx, async () => {
    const others = await countOthers(tx, tenantId, relation)
    const { rowCount } = await tx.query(
      `create table ${next} as select ${own} from (${rowsOfTenant}\n) as model${
        others === 0 ? '' : ` union all select ${names} from ${relation} where tenant_id <> ${tenant}`
      }`,
    )
    return (rowCount ?? 0) - others
  })
  await asOwner(tx, async () => {
    await tx.query(`call scout.replace_table(${pg.escapeLiteral(relation)}, ${pg.escapeLiteral(next)})`)
    await tx.query(`analyze ${relation}`)
  })
  return written
}

async function isMostly(tx: Transaction, tenantId: TenantId, relation: string): Promise<boolean> {
  const estimate = async (condition: string) => {
    const { rows } = await tx.query(
      `explain (format json) select 1 from ${relation} where tenant_id ${condition} ${pg.escapeLiteral(tenantId)}`,
    )
    return Number(rows[0]?.['QUERY PLAN'][0].Plan['Plan Rows'])
  }
  return asSystem(tx, async () => (await estimate('=')) >= (await estimate('<>')))
}

/** The key begins with the tenant, so that none costs nothing to find out. */
async function countOthers(tx: Transaction, tenantId: TenantId, relation: string): Promise<number> {
  const { rows } = await tx.query(
    `select case
       when exists (select 1 from ${relation} where tenant_id < $1) or exists (select 1 from ${relation} where tenant_id > $1)
       then (select count(*) from ${relation} where tenant_id <> $1) else 0 end as others`,
    [tenantId],
  )
  return Number(rows[0]?.others)
}
