import { describe, expect, it } from 'vitest'
import { tenantId } from '../../app/domain/ids.ts'
import { withSystem, withTenant } from '../../sync-server/database/tenant.ts'
import { runMedallion } from '../../sync-server/medallion/runner.ts'
import { forEachEngine } from '../support/database.ts'
import { addStores, arrive, newTenant } from './bronze.ts'

describe('the wall around a tenant', () => {
  forEachEngine(database => {
    const query = async (sql: string, values: unknown[] = []) =>
      (await database().pool.query(sql, values)).rows

    it('stands around every table with a tenant, forced and with a restrictive policy', async () => {
      const rows = await query(`
        select c.relname as table, c.relrowsecurity and c.relforcerowsecurity as forced,
          exists (select 1 from pg_policy p where p.polrelid = c.oid and not p.polpermissive) as restrictive
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
        where c.relnamespace = 'scout'::regnamespace and c.relkind in ('r', 'p')
        order by 1`)
      expect(rows.length).toBeGreaterThan(20)
      expect(rows.filter(row => !row.forced || !row.restrictive)).toEqual([])
    })

    it('has the tenant first in every key of those tables, and no trigger on them', async () => {
      const keys = await query(`
        select i.indrelid::regclass::text as table, i.indexrelid::regclass::text as key
        from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attname = 'tenant_id'
        join pg_class c on c.oid = i.indrelid
        where c.relnamespace = 'scout'::regnamespace and c.relkind = 'r' and i.indisunique and i.indkey[0] <> a.attnum`)
      expect(keys).toEqual([])
      const triggers = await query(`
        select t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where c.relnamespace = 'scout'::regnamespace and not t.tgisinternal`)
      expect(triggers).toEqual([])
    })

    it('has views that ask as whoever reads them', async () => {
      const views = await query(`
        select c.relname from pg_class c
        where c.relnamespace = 'scout'::regnamespace and c.relkind = 'v'
          and not coalesce(c.reloptions, '{}') @> '{security_invoker=true}'`)
      expect(views).toEqual([])
    })

    it('belongs to roles that own nothing, bypass nothing and cannot log in', async () => {
      const roles = await query(`
        select rolname, rolsuper or rolbypassrls or rolcanlogin or rolcreaterole as powerful,
          exists (select 1 from pg_class c where c.relowner = r.oid) as owns
        from pg_roles r where rolname in ('scout_app', 'scout_personal', 'scout_system') order by 1`)
      expect(roles).toEqual([
        { rolname: 'scout_app', powerful: false, owns: false },
        { rolname: 'scout_personal', powerful: false, owns: false },
        { rolname: 'scout_system', powerful: false, owns: false },
      ])
    })

    it('shows each tenant its own rows in every relation, and nobody else any', async () => {
      const { pool } = database()
      const tenants = [await newTenant(pool, 'north'), await newTenant(pool, 'south')]
      for (const tenant of tenants) {
        await addStores(pool, tenant, [{ storeId: 'A', city: 'Quezon City', region: 'NCR' }])
        const sale = { total: 10, lines: [{ quantity: 1, unit_price: 10 }] }
        const at = '2025-08-14T10:00:00+08:00'
        await arrive(pool, tenant, [{ contract: 'pos.v1', sale, storeId: 'A', transactionId: '1', at }])
        await runMedallion({ pool, tenantId: tenant, days: 'touched' })
      }
      const relations = [
        ...[
          'tenant',
          'dim_store',
          'bronze_events',
          'bronze_standing',
          'silver_transactions',
          'silver_line_items',
        ],
        ...[
          'gold_daily_metrics',
          'gold_sales_cube',
          'gold_store_days',
          'gold_region_choropleth',
          'medallion_run',
        ],
      ]
      for (const relation of relations) {
        for (const tenant of tenants) {
          const seen = await withTenant(pool, tenant, tx =>
            tx.query(`select distinct tenant_id from scout.${relation}`),
          )
          expect([relation, seen.rows]).toEqual([relation, [{ tenant_id: tenant }]])
        }
        const stranger = tenantId.parse('stranger')
        const nothing = await withTenant(pool, stranger, tx => tx.query(`select 1 from scout.${relation}`))
        expect([relation, nothing.rows]).toEqual([relation, []])
      }
    })

    it('lets no row through without a claim, nor with an empty one', async () => {
      const { pool } = database()
      await withTenant(pool, tenantId.parse('north'), async tx => {
        await tx.query('set local scout.tenant_id = default')
        expect((await tx.query('select 1 from scout.dim_store')).rows).toEqual([])
        await tx.query(`set local scout.tenant_id = ''`)
        expect((await tx.query('select 1 from scout.dim_store')).rows).toEqual([])
      })
    })

    it("refuses to write another tenant's row, by insert and by update", async () => {
      const { pool } = database()
      const north = tenantId.parse('north')
      const note = `insert into scout.medallion_touched_day (tenant_id, day, touch_id) values ('south', '2025-01-01', 'x')`
      await expect(withTenant(pool, north, tx => tx.query(note))).rejects.toMatchObject({
        cause: { code: '42501' },
      })
      const move = `update scout.dim_store set tenant_id = 'south', store_id = 'stolen'`
      await expect(withTenant(pool, north, tx => tx.query(move))).rejects.toMatchObject({
        cause: { code: '42501' },
      })
      const { rows } = await withSystem(pool, tx =>
        tx.query(`select count(*) as stores from scout.dim_store where tenant_id = 'south'`),
      )
      expect(rows).toEqual([{ stores: 1 }])
    })

    it('keeps bronze as it arrived: the application may neither change nor remove a sale', async () => {
      const { pool } = database()
      const north = tenantId.parse('north')
      for (const statement of [
        'delete from scout.bronze_events',
        `update scout.bronze_events set event_data = '{}'`,
      ]) {
        await expect(withTenant(pool, north, tx => tx.query(statement))).rejects.toMatchObject({
          cause: { code: '42501' },
        })
      }
    })

    it('ends with the transaction: the next on the same connection has no claim', async () => {
      const { pool } = database()
      await withTenant(pool, tenantId.parse('north'), tx => tx.query('select 1'))
      const { rows } = await pool.query(
        `select current_user = session_user as myself, coalesce(current_setting('scout.tenant_id', true), '') as claim`,
      )
      expect(rows).toEqual([{ myself: true, claim: '' }])
    })

    it('takes the tenant as text, whatever it holds', async () => {
      const nasty = `x'; set local role none; --` as ReturnType<typeof tenantId.parse>
      const { rows } = await withTenant(database().pool, nasty, tx =>
        tx.query(`select current_user as role, current_setting('scout.tenant_id') as claim`),
      )
      expect(rows).toEqual([{ role: 'scout_app', claim: nasty }])
    })
  })
})
