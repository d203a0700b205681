import { describe, expect, it } from 'vitest'
import { withTenant } from '../../sync-server/database/tenant.ts'
import { transformTenant } from '../../sync-server/work.ts'
import { forEachEngine } from '../support/database.ts'
import { addStores, arrive, newTenant } from './bronze.ts'

describe('a transform', () => {
  forEachEngine(database => {
    it('of which a scheduled relation fails keeps what arrived, makes the others, and fails in the end', {
      timeout: 120_000,
    }, async () => {
      const { pool } = database()
      const tenant = await newTenant(pool)
      await addStores(pool, tenant, [{ storeId: 'A', city: 'Cebu City', region: 'VII' }])
      const at = '2025-03-03T09:00:00+08:00'
      const sale = { transaction_id: 't', store_id: 'A', sold_at: at, lines: [], total: 10 }
      await arrive(pool, tenant, [{ contract: 'pos.v1', sale, storeId: 'A', transactionId: 't', at }])
      await pool.query('alter table scout.gold_store_windows add constraint broken check (false) not valid')
      let changes = 0
      const transform = () => transformTenant({ pool, now: () => new Date() }, tenant, {}, () => changes++)

      await expect(transform()).rejects.toThrow()
      const made = await withTenant(pool, tenant, tx =>
        tx.query('select relation from scout.medallion_state where tenant_id = $1', [tenant]),
      )
      const relations = made.rows.map(({ relation }) => relation)
      expect(relations).toContain('scout.gold_daily_metrics')
      expect(relations).toContain('scout.silver_customer_segments')
      expect(relations).toContain('scout.store_features')
      expect(relations).not.toContain('scout.gold_store_windows')
      expect(changes).toBeGreaterThan(2)

      await pool.query('alter table scout.gold_store_windows drop constraint broken')
      const run = await transform()
      expect(run.models.map(({ model }) => model)).toEqual(['scout.gold_store_windows'])
    })
  })
})
