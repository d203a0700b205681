import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { canonicalJson, SALE_INSTANTS } from '../../app/domain/canonical-json.ts'
import { withTenant } from '../../sync-server/database/tenant.ts'
import { forEachEngine } from '../support/database.ts'
import { addStores, newTenant } from './bronze.ts'

const sold = {
  transaction_id: 'T1',
  store_id: 'A',
  sold_at: '2025-06-01T23:30:00',
  lines: [{ quantity: 1, amount: 12.5 }],
  total: 12.5,
}
const NOW = '2025-06-02T00:00:00Z'

describe('scout.ingest_transaction', () => {
  forEachEngine(database => {
    const prepared = async () => {
      const { pool } = database()
      const tenant = await newTenant(pool, `sql-${crypto.randomUUID().slice(0, 8)}`)
      await addStores(pool, tenant, [{ storeId: 'A', city: 'Quezon City', region: 'NCR' }])
      const ask = async (text: string, values: unknown[] = []) =>
        (await withTenant(pool, tenant, tx => tx.query(text, values))).rows
      const ingest = async (sale: unknown) =>
        (
          await ask('select scout.ingest_transaction($1::jsonb, $2) as outcome', [JSON.stringify(sale), NOW])
        )[0]?.outcome
      return { ask, ingest }
    }

    it('stores a version once, with the hash that TypeScript has, and notes its business day', async () => {
      const { ask, ingest } = await prepared()
      expect(await ingest(sold)).toBe('accepted')
      expect(await ingest({ ...sold, total: 12.5 })).toBe('duplicate')
      const [event] = await ask('select event_hash, business_day, contract from scout.bronze_events')
      expect(event).toEqual({
        event_hash: createHash('sha256').update(canonicalJson(sold, SALE_INSTANTS)).digest(),
        business_day: '2025-06-01',
        contract: 'pos.v1',
      })
      expect(await ask('select day from scout.medallion_touched_day')).toEqual([{ day: '2025-06-01' }])
    })

    it('keeps revisions, and the last one stands', async () => {
      const { ask, ingest } = await prepared()
      await ingest(sold)
      expect(await ingest({ ...sold, total: 20, revised_at: '2025-06-02T09:00:00+08:00' })).toBe('accepted')
      expect(await ask(`select event_data -> 'total' as total from scout.bronze_standing`)).toEqual([
        { total: 20 },
      ])
      expect(await ask('select 1 from scout.bronze_transactions')).toHaveLength(2)
    })

    it('takes all three contracts, and holds back what has no store or an impossible time', async () => {
      const { ask, ingest } = await prepared()
      expect(
        await ingest({ transaction_id: 'E', store: { id: 'A' }, ts_utc: '2025-06-01T16:30:00', items: [] }),
      ).toBe('accepted')
      expect(await ingest({ id: 'F', store_id: 'A', timestamp: '2025-06-01T10:00:00' })).toBe('accepted')
      expect(await ingest({ ...sold, store_id: 'nowhere' })).toBe('quarantined')
      expect(await ingest({ ...sold, transaction_id: 'late', sold_at: '2025-01-01T10:00:00' })).toBe(
        'quarantined',
      )
      expect(await ask('select quarantine_reasons as r from scout.bronze_quarantine order by seq')).toEqual([
        { r: ['unknown_store'] },
        { r: ['clock_past'] },
      ])
      expect(
        await ask(`select business_day as d from scout.bronze_events where transaction_id = 'E'`),
      ).toEqual([{ d: '2025-06-02' }])
    })

    it('refuses what names a customer, what is no sale, and who claims no tenant', async () => {
      const { ingest } = await prepared()
      await expect(ingest({ ...sold, customer_phone: '0917' })).rejects.toThrow()
      await expect(ingest({ ...sold, customer_id: 'suki-1' })).rejects.toThrow()
      await expect(ingest({ total: 1 })).rejects.toThrow()
      await expect(
        database().pool.query(`select scout.ingest_transaction('${JSON.stringify(sold)}'::jsonb)`),
      ).rejects.toThrow(/tenant/)
    })
  })
})
