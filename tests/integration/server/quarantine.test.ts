import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { importCatalogue } from '../../../sync-server/catalogue/import-catalogue.ts'
import { withTenant } from '../../../sync-server/database/tenant.ts'
import { forEachEngine } from '../../support/database.ts'
import { openWorld, sale, TENANT, type World } from './world.ts'

forEachEngine(database => {
  let world: World
  let number = 0
  const fresh = (kind: string) => `${kind}-${++number}`

  beforeAll(async () => {
    world = await openWorld(database())
  })
  afterAll(() => world?.close())

  const rows = async (text: string, values: unknown[] = []) =>
    (await withTenant(world.server.pool, TENANT, tx => tx.query(text, values))).rows
  const reasonsOf = async (transactionId: string) =>
    (
      await rows(
        'select quarantine_reasons from scout.bronze_events where transaction_id = $1 order by seq',
        [transactionId],
      )
    ).map(row => row.quarantine_reasons)
  const importStore = (storeId: string) =>
    importCatalogue(
      world.server.pool,
      TENANT,
      {
        stores: [{ storeId, name: storeId, region: 'NCR', city: 'Quezon City', barangay: null }],
        products: [],
      },
      new Date(),
    )

  describe('importing a store', () => {
    it('releases the sales that waited for it, and notes their days', async () => {
      const device = await world.device()
      const [storeId, id] = [fresh('S'), fresh('T')]
      await device.send([{ seq: 1, content: sale(id, { store_id: storeId, sold_at: daysAgo(7) }) }])
      expect(await reasonsOf(id)).toEqual([['unknown_store']])
      await rows('delete from scout.medallion_touched_day')
      await importStore(storeId)
      expect(await reasonsOf(id)).toEqual([[]])
      const [event] = await rows('select business_day from scout.bronze_events where transaction_id = $1', [
        id,
      ])
      expect(await rows('select day from scout.medallion_touched_day')).toEqual([
        { day: event?.business_day },
      ])
    })

    it('leaves a sale that has another reason as well, without the one', async () => {
      const device = await world.device()
      const [storeId, id] = [fresh('S'), fresh('T')]
      await device.send([{ seq: 1, content: sale(id, { store_id: storeId, sold_at: daysAgo(100) }) }])
      await rows('delete from scout.medallion_touched_day')
      await importStore(storeId)
      expect(await reasonsOf(id)).toEqual([['clock_past']])
      expect(await rows('select day from scout.medallion_touched_day')).toEqual([])
    })

    it('does not help a device that may not report the store', async () => {
      const device = await world.device({ stores: ['S2'] })
      const [storeId, id] = [fresh('S'), fresh('T')]
      await device.send([{ seq: 1, content: sale(id, { store_id: storeId }) }])
      await importStore(storeId)
      expect(await reasonsOf(id)).toEqual([['unknown_store']])
    })

    it('at the very moment when its sales arrive leaves none of them behind', async () => {
      const device = await world.device()
      for (let round = 0; round < 8; round++) {
        const storeId = fresh('S')
        const lines = Array.from({ length: 50 }, (_, i) => ({
          seq: round * 50 + i + 1,
          content: sale(fresh('T'), { store_id: storeId }),
        }))
        await Promise.all([device.send(lines), importStore(storeId)])
        const held = await rows('select seq from scout.bronze_quarantine where store_id = $1', [storeId])
        expect(held).toEqual([])
      }
    })
  })
})

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString()
}
