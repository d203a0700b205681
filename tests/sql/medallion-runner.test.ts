import { describe, expect, it } from 'vitest'
import type { TenantId } from '../../app/domain/ids.ts'
import type { Pool } from '../../sync-server/database/pool.ts'
import { withTenant } from '../../sync-server/database/tenant.ts'
import { runMedallion } from '../../sync-server/medallion/runner.ts'
import { forEachEngine } from '../support/database.ts'
import { type Arrival, addStores, arrive, newTenant, refined } from './bronze.ts'

const AT = '2025-08-14T10:00:00+08:00'
const sale = (transactionId: string, at = AT): Arrival => ({
  contract: 'pos.v1',
  sale: { transaction_id: transactionId, total: 10, lines: [{ quantity: 1, unit_price: 10 }] },
  storeId: 'A',
  transactionId,
  at,
})

async function tenantWithSales(pool: Pool, arrivals: readonly Arrival[]): Promise<TenantId> {
  const tenantId = await newTenant(pool)
  await addStores(pool, tenantId, [{ storeId: 'A', city: 'Quezon City', region: 'NCR' }])
  await arrive(pool, tenantId, arrivals)
  return tenantId
}

const notes = (pool: Pool, tenantId: TenantId) =>
  withTenant(pool, tenantId, async tx => (await tx.query('select day from scout.medallion_touched_day')).rows)
const runs = (pool: Pool, tenantId: TenantId) =>
  withTenant(
    pool,
    tenantId,
    async tx => (await tx.query('select * from scout.medallion_run order by started_at, position')).rows,
  )

describe('a medallion run', () => {
  forEachEngine((database, engine) => {
    it('reports its progress, records its lineage and takes its notes away', async () => {
      const { pool } = database()
      const tenantId = await tenantWithSales(pool, [sale('1')])
      const stages: string[] = []
      const run = await runMedallion({
        pool,
        tenantId,
        days: 'touched',
        onProgress: ({ stage }) => stages.push(stage),
      })
      expect(run.days).toEqual(['2025-08-14'])
      expect(stages).toEqual([
        ...run.models.map(({ model }) => model),
        ...stages.slice(run.models.length, -1),
        'done',
      ])
      expect(await notes(pool, tenantId)).toEqual([])
      const recorded = await runs(pool, tenantId)
      expect(recorded.map(row => row.model)).toEqual(run.models.map(({ model }) => model))
      expect(recorded[1]).toMatchObject({
        run_id: run.runId,
        status: 'succeeded',
        rows: 1,
        days: ['2025-08-14'],
        inputs: expect.arrayContaining(['scout.bronze_standing']),
        code_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      })
    })

    it('leaves nothing behind when a check fails, except which one and its first rows', async () => {
      const { pool } = database()
      const tenantId = await tenantWithSales(pool, [sale('1')])
      // A trigger stands in for a transform with a mistake: nothing else can come between a model and its check.
      await pool.query(`
        create or replace function public.lose_a_sale() returns trigger language plpgsql as
          $$ begin if new.tenant_id = '${tenantId}' then new.sales := new.sales + 1; end if; return new; end $$;
        create trigger lose_a_sale before insert on scout.gold_sales_cube for each row execute function public.lose_a_sale()`)
      try {
        await expect(runMedallion({ pool, tenantId, days: 'touched' })).rejects.toMatchObject({
          code: 'check_failed',
          details: { check: 'gold_equals_silver', rows: [{ day: '2025-08-14' }] },
        })
      } finally {
        await pool.query(
          'drop trigger lose_a_sale on scout.gold_sales_cube; drop function public.lose_a_sale()',
        )
      }
      expect(Object.values(await refined(pool, tenantId)).flat()).toEqual([])
      expect(await notes(pool, tenantId)).toHaveLength(1)
      expect(await runs(pool, tenantId)).toMatchObject([
        { model: 'gold_equals_silver', status: 'failed', error: expect.stringContaining('check_failed') },
      ])
      await runMedallion({ pool, tenantId, days: 'touched' })
      expect((await refined(pool, tenantId)).gold_sales_cube).toHaveLength(1)
    })

    it('can be cancelled, and then has done nothing', async () => {
      const { pool } = database()
      const tenantId = await tenantWithSales(pool, [sale('1')])
      const controller = new AbortController()
      const run = runMedallion({
        pool,
        tenantId,
        days: 'touched',
        signal: controller.signal,
        onProgress: ({ stage }) => {
          if (stage === 'scout.gold_sales_cube') controller.abort()
        },
      })
      await expect(run).rejects.toMatchObject({ code: 'cancelled' })
      expect(Object.values(await refined(pool, tenantId)).flat()).toEqual([])
      expect(await notes(pool, tenantId)).toHaveLength(1)
    })

    // On the embedded engine transactions come one after the other, so that nothing is ever under way beside a run.
    if (engine === 'embedded') return
    describe('beside other work', () => {
      it('is the only one of its tenant', async () => {
        const { pool } = database()
        const tenantId = await tenantWithSales(pool, [sale('1')])
        const other = await pool.connect()
        try {
          await other.query('begin')
          await other.query(
            `select pg_advisory_xact_lock(hashtextextended('scout.medallion/${tenantId}', 0))`,
          )
          await expect(runMedallion({ pool, tenantId, days: 'touched' })).rejects.toMatchObject({
            code: 'busy',
          })
          await other.query('rollback')
          await expect(runMedallion({ pool, tenantId, days: 'touched' })).resolves.toMatchObject({
            days: ['2025-08-14'],
          })
        } finally {
          other.release()
        }
      })

      it('leaves the note of a sale that arrives meanwhile for the next run', async () => {
        const { pool } = database()
        const tenantId = await tenantWithSales(pool, [sale('1')])
        const other = await pool.connect()
        try {
          // The run can write its rows, but not yet say so.
          await other.query('begin; lock table scout.medallion_run in share mode')
          const waiting = Promise.withResolvers<void>()
          const run = runMedallion({
            pool,
            tenantId,
            days: 'touched',
            onProgress: ({ stage }) => {
              if (stage === 'scout.gold_sales_cube') waiting.resolve()
            },
          })
          await waiting.promise
          await arrive(pool, tenantId, [sale('2')])
          await other.query('commit')
          await run
        } finally {
          other.release()
        }
        expect((await refined(pool, tenantId)).silver_transactions).toHaveLength(1)
        expect(await notes(pool, tenantId)).toHaveLength(1)
        await runMedallion({ pool, tenantId, days: 'touched' })
        expect((await refined(pool, tenantId)).silver_transactions).toHaveLength(2)
      })
    })
  })
})
