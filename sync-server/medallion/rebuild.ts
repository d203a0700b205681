import pg from 'pg'
import type { TenantId } from '../../app/domain/ids.ts'
import type { Transaction } from '../database/pool.ts'
import { asOwner, asSystem } from '../database/tenant.ts'
import type { Model } from './model.ts'
import { columnsOf } from './statements.ts'

/*
 * A relation made anew as a whole is a new table that takes the place of the old one: `create table as` reads in parallel and keeps no
 * index meanwhile, `insert … select` does neither. Who reads the relation waits for the run to end; a reader that has frozen its
 * moment before that must hold a lock on the table first (`publication-source.ts`), or it would find the new table empty.
 */

/** Below so many bytes of what it reads or holds, a relation is emptied and filled: catalogues need not change for that. */
const REPLACE_FROM_BYTES = 64 << 20

/** Whether the relation is large, may be replaced, and is mostly this tenant's: the rows of all others are copied. */
export async function isWorthReplacing(
  tx: Transaction,
  tenantId: TenantId,
  { relation, inputs }: Model,
  fromBytes = REPLACE_FROM_BYTES,
): Promise<boolean> {
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
     select scout.may_be_replaced(to_regclass($2)) and coalesce(max(pg_relation_size(oid)), 0) >= $3 as worth
     from read where oid is not null`,
    [[relation, ...inputs], relation, fromBytes],
  )
  return rows[0]?.worth === true && (await isMostly(tx, tenantId, relation))
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
