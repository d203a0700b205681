import { describe, expect, it } from 'vitest'
import { withTenant } from '../../sync-server/database/tenant.ts'
import { runMedallion } from '../../sync-server/medallion/runner.ts'
import { listHeldSales } from '../../sync-server/quarantine/held-sales.ts'
import { releaseHeldSales } from '../../sync-server/quarantine/release.ts'
import { releaseUnknownStores } from '../../sync-server/quarantine/release-stores.ts'
import { forEachEngine } from '../support/database.ts'
import { addStores, newTenant } from './bronze.ts'

describe('a sale taken in by SQL', () => {
  forEachEngine(database => {
    const world = async () => {
      const { pool } = database()
      const tenantId = await newTenant(pool)
      await addStores(pool, tenantId, [{ storeId: 'A', city: 'Quezon City', region: 'NCR' }])
      const ingest = (sale: Record<string, unknown>) =>
        withTenant(pool, tenantId, async tx => {
          const whole = { transaction_id: '1', store_id: 'A', sold_at: sold(), lines: [], total: 10, ...sale }
          const { rows } = await tx.query('select scout.ingest_transaction($1::jsonb) as outcome', [
            JSON.stringify(whole),
          ])
          return rows[0]?.outcome
        })
      return { pool, tenantId, ingest }
    }
    const moment = new Date(Date.now() - 3_600_000).toISOString()
    const sold = () => moment

    it('is accepted once, revised by another of the same number, and refined', async () => {
      const { pool, tenantId, ingest } = await world()
      expect(await ingest({})).toBe('accepted')
      expect(await ingest({})).toBe('duplicate')
      expect(await ingest({ total: 12, revised_at: new Date().toISOString() })).toBe('accepted')
      expect(await ingest({ transaction_id: '2', store_id: 'nowhere' })).toBe('quarantined')
      await runMedallion({ pool, tenantId, days: 'touched' })
      const { rows } = await withTenant(pool, tenantId, tx =>
        tx.query(`
          select (select array_agg(net_amount) from scout.silver_transactions) as amounts,
            (select count(*) from scout.bronze_transactions) as raw,
            (select bool_and(scout.fn_event_hash(event_data) = event_hash) from scout.bronze_events) as hashed`),
      )
      expect(rows).toEqual([{ amounts: [12], raw: 3, hashed: true }])
    })

    it('is released when its store comes in, or when somebody lifts what holds it', async () => {
      const { pool, tenantId, ingest } = await world()
      expect(await ingest({ transaction_id: 'store', store_id: 'B' })).toBe('quarantined')
      expect(await ingest({ transaction_id: 'late', sold_at: '2020-01-01T08:00:00' })).toBe('quarantined')
      await addStores(pool, tenantId, [{ storeId: 'B', city: 'Quezon City', region: 'NCR' }])
      const release = () => withTenant(pool, tenantId, tx => releaseUnknownStores(tx, tenantId, ['B']))
      expect(await release()).toEqual({ released: 1, stillHeld: 0 })
      const [late] = await listHeldSales(pool, tenantId, { limit: 10 })
      const eventIds = [late?.event_id ?? '']
      const how = { eventIds, actor: { kind: 'system' }, now: () => new Date() } as const
      expect(await releaseHeldSales(pool, tenantId, how)).toMatchObject([{ reasons: ['clock_past'] }])
      const forced = await releaseHeldSales(pool, tenantId, { ...how, forceReason: 'an old till' })
      expect(forced).toMatchObject([{ reasons: [] }])
    })

    it('is refused when it is none, or says who bought', async () => {
      const { ingest } = await world()
      for (const wrong of [
        { lines: null },
        { sold_at: 'yesterday' },
        { store_id: '' },
        { customer_name: 'Ana' },
        { customer_id: '0917' },
        { customer_id: 'c1_juan@suki.example' },
      ]) {
        await expect(ingest(wrong)).rejects.toMatchObject({ cause: { code: '22023' } })
      }
      expect(await ingest({ customer_name: null, customer_id: `c1_${'a'.repeat(43)}` })).toBe('accepted')
    })
  })
})
