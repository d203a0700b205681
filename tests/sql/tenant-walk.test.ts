import { beforeAll, describe, expect, it } from 'vitest'
import { type TenantId, tenantId } from '../../app/domain/ids.ts'
import type { Pool, Transaction } from '../../sync-server/database/pool.ts'
import { withTenant } from '../../sync-server/database/tenant.ts'
import { asPersonalRole } from '../../sync-server/personal/personal-role.ts'
import { forEachEngine } from '../support/database.ts'

/*
 * Walks every relation of schema scout, as the catalogue lists them, with rows of two tenants in each table. The rows are made from the
 * columns' types, so that a new table is walked without anybody thinking of it; one that cannot be filled fails the test.
 */

/** Tables that hold nothing of any tenant. A new one must be added here on purpose. */
const SHARED = [
  'dim_date',
  'geo_boundary',
  'geo_former_region',
  'geo_level',
  'geo_pack',
  'geo_place',
  'geo_rewrite',
  'geo_spelling',
  'medallion_check',
  'medallion_lineage',
  'medallion_model',
  'pack_spelling',
  'pack_term',
  'pack_time_of_day',
  'schema_migrations',
]

/** Where one column's value must go with another's. */
const TOGETHER: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  demand_forecast: { withheld: `'walk'` },
  churn_score: { brier: '0' },
  recommendation_engine: { held_out_base: '0' },
}

const NORTH = tenantId.parse('walk-north')
const SOUTH = tenantId.parse('walk-south')
const STRANGER = tenantId.parse('walk-stranger')

interface Relation {
  readonly name: string
  readonly kind: 'table' | 'view'
  readonly owned: boolean
}

describe('with the claim of a tenant', () => {
  forEachEngine(database => {
    let relations: Relation[]
    beforeAll(async () => {
      relations = await listRelations(database().pool)
      for (const { name } of relations.filter(relation => relation.kind === 'table' && relation.owned)) {
        for (const tenant of [NORTH, SOUTH]) await fill(database().pool, name, tenant)
      }
    })
    const owned = () => relations.filter(relation => relation.owned)

    it('there is no table that belongs to nobody, but those that are shared on purpose', () => {
      const ownerless = relations.filter(({ kind, owned }) => kind === 'table' && !owned)
      expect(ownerless.map(({ name }) => name)).toEqual(SHARED)
      expect(owned().length).toBeGreaterThan(50)
    })

    it('every table holds rows of both tenants, and shows each its own alone', async () => {
      for (const { name, kind } of owned()) {
        for (const tenant of [NORTH, SOUTH]) {
          const seen = await tenantsIn(database().pool, tenant, name)
          const expected = kind === 'table' ? [tenant] : seen.length === 0 ? [] : [tenant]
          expect({ name, seen }).toEqual({ name, seen: expected })
        }
      }
    })

    it('a stranger finds nothing anywhere', async () => {
      for (const { name } of owned()) {
        expect({ name, seen: await tenantsIn(database().pool, STRANGER, name) }).toEqual({ name, seen: [] })
      }
    })
  })
})

async function listRelations(pool: Pool): Promise<Relation[]> {
  const { rows } = await pool.query(`
    select c.relname as name, case c.relkind when 'v' then 'view' else 'table' end as kind,
      exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped) as owned
    from pg_class c
    where c.relnamespace = 'scout'::regnamespace and c.relkind in ('r', 'p', 'm', 'v', 'f')
    order by c.relname collate "C"`)
  return rows
}

/** Whose rows a transaction with this claim sees. Personal data have a role of their own. */
async function tenantsIn(pool: Pool, claim: TenantId, relation: string): Promise<string[]> {
  const ask = (tx: Transaction) => tx.query(`select distinct tenant_id from scout."${relation}" order by 1`)
  const { rows } = await withTenant(pool, claim, tx =>
    relation === 'customer_personal' ? asPersonalRole(tx, () => ask(tx)) : ask(tx),
  )
  return rows.map(row => row.tenant_id)
}

/** One row of a tenant, as the database's owner, whom no wall holds back; what its columns refer to need not be there. */
async function fill(pool: Pool, table: string, tenant: TenantId): Promise<void> {
  const { rows: columns } = await pool.query(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
       (select string_agg(pg_get_constraintdef(k.oid), ' ') from pg_constraint k
        where k.conrelid = a.attrelid and k.contype = 'c' and a.attnum = any (k.conkey)) as checks
     from pg_attribute a
     where a.attrelid = ('scout.' || $1)::regclass and a.attnum > 0 and not a.attisdropped and a.attnotnull
       and a.attgenerated = '' and a.attidentity = ''`,
    [table],
  )
  const row: Record<string, string> = {}
  for (const { name, type, checks } of columns) row[name] = anyOf(String(type), checks)
  Object.assign(row, TOGETHER[table], { tenant_id: `'${tenant}'` })
  const names = Object.keys(row).map(name => `"${name}"`)
  const client = await pool.connect()
  try {
    await client.query('begin; set local session_replication_role = replica')
    await client.query(`insert into scout."${table}" (${names}) values (${Object.values(row)})`)
    await client.query('commit')
  } catch (cause) {
    await client.query('rollback')
    throw new Error(`scout.${table} cannot be filled: teach this test its columns`, { cause })
  } finally {
    client.release()
  }
}

/** Something of the type; of a list of words the first that the check allows. */
function anyOf(type: string, checks: string | null): string {
  if (type.endsWith('[]')) return `'{}'::${type}`
  if (type === 'text') return `'${/ARRAY\['([^']+)'/.exec(checks ?? '')?.[1] ?? 'walk'}'`
  if (type === 'bytea') return `decode(repeat('00', 32), 'hex')`
  if (type.startsWith('timestamp')) return `timestamptz '2025-01-01'`
  if (type === 'date') return `date '2025-01-01'`
  if (type === 'jsonb') return `'{}'`
  if (type === 'boolean') return 'false'
  if (type === 'uuid') return `'00000000-0000-4000-8000-000000000000'`
  return '1'
}
