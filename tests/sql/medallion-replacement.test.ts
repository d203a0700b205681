import { describe, expect, it } from 'vitest'
import type { TenantId } from '../../app/domain/ids.ts'
import type { Pool } from '../../sync-server/database/pool.ts'
import { readModels } from '../../sync-server/medallion/models.ts'
import { runMedallion } from '../../sync-server/medallion/runner.ts'
import { forEachEngine } from '../support/database.ts'
import { type Arrival, addStores, arrive, newTenant, refined } from './bronze.ts'

const sale = (transactionId: string, amount: number): Arrival => ({
  contract: 'pos.v1',
  sale: { transaction_id: transactionId, total: amount, lines: [{ quantity: 1, unit_price: amount }] },
  storeId: 'A',
  transactionId,
  at: '2025-08-14T10:00:00+08:00',
})

async function tenantWith(pool: Pool, arrivals: readonly Arrival[]): Promise<TenantId> {
  const tenantId = await newTenant(pool)
  await addStores(pool, tenantId, [{ storeId: 'A', city: 'Quezon City', region: 'NCR' }])
  await arrive(pool, tenantId, arrivals)
  await runMedallion({ pool, tenantId, days: 'touched' })
  return tenantId
}

/** Everything that hangs on the tables of the models, and on views, but their identity. */
const CATALOGUE = `
  select 'column' as what, c.relname::text as of, a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull as is
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relnamespace = 'scout'::regnamespace and c.relkind in ('r', 'v')
  union all
  select 'constraint', c.relname, k.conname || ' ' || pg_get_constraintdef(k.oid)
  from pg_class c join pg_constraint k on k.conrelid = c.oid where c.relnamespace = 'scout'::regnamespace and k.contype <> 'n'
  union all
  select 'index', tablename, indexdef from pg_indexes where schemaname = 'scout'
  union all
  select 'policy', tablename, concat_ws(' ', policyname, permissive, roles, cmd, qual, with_check) from pg_policies where schemaname = 'scout'
  union all
  select 'relation', c.relname, concat_ws(' ', c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.reloptions, pg_get_userbyid(c.relowner))
  from pg_class c where c.relnamespace = 'scout'::regnamespace and c.relkind in ('r', 'v')
  union all
  select 'grant', c.relname, g.grantee::regrole || ' ' || g.privilege_type
  from pg_class c cross join lateral aclexplode(c.relacl) g
  where c.relnamespace = 'scout'::regnamespace and c.relkind in ('r', 'v') and g.grantee <> c.relowner
  union all
  select 'view', viewname, definition from pg_views where schemaname = 'scout'`

const catalogue = async (pool: Pool) =>
  (await pool.query(CATALOGUE)).rows.map(row => `${row.what} ${row.of}: ${row.is}`).sort()

describe('a whole relation as a new table', () => {
  forEachEngine((database, engine) => {
    it('has the columns, keys, indexes, wall, grants and views of the old one, and the rows of other tenants', {
      timeout: 120_000,
    }, async () => {
      const { pool } = database()
      const other = await tenantWith(pool, [sale('1', 10)])
      const large = await tenantWith(
        pool,
        Array.from({ length: 40 }, (_, i) => sale(String(i), 10 + i)),
      )
      // What is mostly one tenant's is known by statistics.
      await pool.query('analyze')
      const before = {
        catalogue: await catalogue(pool),
        large: await refined(pool, large),
        other: await refined(pool, other),
      }
      const tableOf = async () =>
        (await pool.query(`select 'scout.silver_transactions'::regclass::oid as oid`)).rows[0]?.oid
      const table = await tableOf()
      await runMedallion({ pool, tenantId: large, days: 'all', replaceFromBytes: 0 })
      expect(await tableOf()).not.toBe(table)
      expect({
        catalogue: await catalogue(pool),
        large: await refined(pool, large),
        other: await refined(pool, other),
      }).toEqual(before)
      expect(
        (await pool.query(`select 1 from pg_class where relnamespace = 'scout_build'::regnamespace`)).rows,
      ).toEqual([])
    })

    it('is not made for a tenant who owns little of it', async () => {
      const { pool } = database()
      const small = await tenantWith(pool, [sale('1', 10)])
      await pool.query('analyze')
      const oid = async () =>
        (await pool.query(`select 'scout.silver_transactions'::regclass::oid as oid`)).rows[0]?.oid
      const table = await oid()
      await runMedallion({ pool, tenantId: small, days: 'all', scheduled: 'none', replaceFromBytes: 0 })
      expect(await oid()).toBe(table)
    })

    if (engine === 'embedded') return
    it('waits for a reader that holds the relations, who then sees a moment that is whole', async () => {
      const { pool } = database()
      const tenantId = await tenantWith(
        pool,
        Array.from({ length: 90 }, (_, i) => sale(String(i), 10)),
      )
      await pool.query('analyze')
      const tables = readModels().filter(({ refresh }) => refresh.kind !== 'view')
      const reader = await pool.connect()
      try {
        await reader.query(
          `begin isolation level repeatable read; set local role scout_app; set local scout.tenant_id = '${tenantId}'`,
        )
        await reader.query(
          `lock table ${tables.map(({ relation }) => relation).join(', ')} in access share mode`,
        )
        const underWay = Promise.withResolvers<void>()
        const rebuild = runMedallion({
          pool,
          tenantId,
          days: 'all',
          scheduled: 'none',
          replaceFromBytes: 0,
          onProgress: () => underWay.resolve(),
        })
        await underWay.promise
        const { rows } = await reader.query('select count(*) as sales from scout.silver_transactions')
        expect(rows).toEqual([{ sales: 90 }])
        await reader.query('commit')
        await rebuild
      } finally {
        reader.release()
      }
    })

    it('keeps what another tenant refines meanwhile', { timeout: 60_000 }, async () => {
      const { pool } = database()
      const other = await tenantWith(pool, [sale('1', 10)])
      const large = await tenantWith(
        pool,
        Array.from({ length: 200 }, (_, i) => sale(String(i), 10)),
      )
      await pool.query('analyze')
      await arrive(pool, other, [sale('2', 20)])
      const gate = await pool.connect()
      try {
        await gate.query('begin; lock table scout.medallion_run in share mode')
        const stages: string[] = []
        const replaced = Promise.withResolvers<void>()
        const rebuild = runMedallion({
          pool,
          tenantId: large,
          days: 'all',
          scheduled: 'none',
          replaceFromBytes: 0,
          onProgress: ({ stage }) => {
            stages.push(stage)
            if (stage === 'scout.gold_store_days') replaced.resolve()
          },
        })
        await replaced.promise
        const refresh = runMedallion({ pool, tenantId: other, days: 'touched' })
        await gate.query('commit')
        await rebuild
        await refresh
      } finally {
        gate.release()
      }
      expect((await refined(pool, other)).silver_transactions).toHaveLength(2)
      expect((await refined(pool, other)).gold_store_days?.map(row => JSON.parse(row).sales)).toEqual([2])
    })
  })
})
