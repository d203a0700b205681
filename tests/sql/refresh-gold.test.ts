import { describe, expect, it } from 'vitest'
import type { TenantId } from '../../app/domain/ids.ts'
import type { Pool } from '../../sync-server/database/pool.ts'
import { sqlState } from '../../sync-server/database/postgres-errors.ts'
import { withTenant } from '../../sync-server/database/tenant.ts'
import { planMedallion, runMedallion } from '../../sync-server/medallion/runner.ts'
import { forEachEngine } from '../support/database.ts'
import { type Arrival, addStores, arrive, newTenant, refined } from './bronze.ts'

const sale = (transactionId: string, day: string, amount: number): Arrival => ({
  contract: 'pos.v1',
  sale: { transaction_id: transactionId, total: amount, lines: [{ quantity: 1, unit_price: amount }] },
  storeId: 'A',
  transactionId,
  at: `${day}T10:00:00+08:00`,
})
const SALES = [sale('1', '2025-08-14', 10), sale('2', '2025-08-15', 20)]

async function tenantWith(pool: Pool, arrivals: readonly Arrival[]): Promise<TenantId> {
  const tenantId = await newTenant(pool)
  await addStores(pool, tenantId, [{ storeId: 'A', city: 'Quezon City', region: 'NCR' }])
  await arrive(pool, tenantId, arrivals)
  return tenantId
}

const refresh = (pool: Pool, tenantId: TenantId) =>
  withTenant(
    pool,
    tenantId,
    async tx => (await tx.query('select relation, written from scout.refresh_gold($1)', [tenantId])).rows,
    { repeatableRead: true },
  )

/** What a tenant's rows say, whoever the tenant is. */
const anonymous = async (pool: Pool, tenantId: TenantId) =>
  JSON.parse(JSON.stringify(await refined(pool, tenantId)).replaceAll(`\\"${tenantId}\\"`, '\\"tenant\\"'))

describe('scout.refresh_gold', () => {
  forEachEngine((database, engine) => {
    it('makes the rows that the server makes, and leaves it nothing to do', async () => {
      const { pool } = database()
      const bySql = await tenantWith(pool, SALES)
      const byServer = await tenantWith(pool, SALES)
      const written = await refresh(pool, bySql)
      await runMedallion({ pool, tenantId: byServer, days: 'touched' })
      expect(written).toContainEqual({ relation: 'scout.gold_store_days', written: 2 })
      expect(await anonymous(pool, bySql)).toEqual(await anonymous(pool, byServer))
      expect(await planMedallion({ pool, tenantId: bySql, days: 'touched' })).toEqual({ days: [], steps: [] })
      expect(await refresh(pool, bySql)).toEqual([])
    })

    it('redoes whole what was made by other code', async () => {
      const { pool } = database()
      const tenantId = await tenantWith(pool, SALES)
      await refresh(pool, tenantId)
      await withTenant(pool, tenantId, tx =>
        tx.query(`update scout.medallion_state set sha256 = '' where relation = 'scout.gold_store_days'`),
      )
      const plan = await planMedallion({ pool, tenantId, days: 'touched' })
      expect(plan.steps[0]).toMatchObject({
        model: { relation: 'scout.gold_store_days' },
        slices: null,
        reason: 'code changed',
      })
      const again = await refresh(pool, tenantId)
      expect(again.map(({ relation }) => relation)).toEqual(plan.steps.map(({ model }) => model.relation))
      expect(again[0]).toEqual({ relation: 'scout.gold_store_days', written: 2 })
    })

    it('is refused by the same checks, and then has done nothing', async () => {
      const { pool } = database()
      const tenantId = await tenantWith(pool, SALES)
      await pool.query(`
        create or replace function public.lose_pesos() returns trigger language plpgsql as
          $$ begin if new.tenant_id = '${tenantId}' then new.sales := new.sales + 1; end if; return new; end $$;
        create trigger lose_pesos before insert on scout.gold_sales_cube for each row execute function public.lose_pesos()`)
      try {
        const refused = await refresh(pool, tenantId).catch(error => error)
        expect(sqlState(refused)).toBe('23514')
        expect(refused.cause.message).toContain('gold_equals_silver')
      } finally {
        await pool.query(
          'drop trigger lose_pesos on scout.gold_sales_cube; drop function public.lose_pesos()',
        )
      }
      expect(Object.values(await refined(pool, tenantId)).flat()).toEqual([])
    })

    if (engine === 'embedded') return
    it('says that it is busy while the server refines the same tenant', async () => {
      const { pool } = database()
      const tenantId = await tenantWith(pool, SALES)
      const other = await pool.connect()
      try {
        await other.query(
          `begin; select pg_advisory_xact_lock(hashtextextended('scout.medallion/${tenantId}', 0))`,
        )
        await expect(refresh(pool, tenantId)).rejects.toMatchObject({ code: 'busy' })
        await other.query('rollback')
      } finally {
        other.release()
      }
    })
  })
})
