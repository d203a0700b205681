import { describe, expect, it } from 'vitest'
import { sampleProducts, sampleSales, sampleStores } from '../../scripts/sample/sample-data.ts'
import { importCatalogue } from '../../sync-server/catalogue/import-catalogue.ts'
import { withTenant } from '../../sync-server/database/tenant.ts'
import { runMedallion } from '../../sync-server/medallion/runner.ts'
import { forEachEngine } from '../support/database.ts'
import { type Arrival, arrive, newTenant, refined } from './bronze.ts'

const arrivals = (): Arrival[] =>
  sampleSales().map(sale => ({
    contract: 'pos.v1',
    sale: { ...sale },
    storeId: sale.store_id,
    transactionId: sale.transaction_id,
    at: `${sale.sold_at}+08:00`,
  }))

describe('the sample', () => {
  forEachEngine(database => {
    it('comes out of the touched days with every sale and peso, as it does out of a full rebuild', async () => {
      const { pool } = database()
      const tenantId = await newTenant(pool, 'sample')
      await importCatalogue(
        pool,
        tenantId,
        { stores: sampleStores(), products: sampleProducts() },
        new Date(),
      )
      const sales = arrivals()
      for (let at = 0; at < sales.length; at += 1000) await arrive(pool, tenantId, sales.slice(at, at + 1000))
      await runMedallion({ pool, tenantId, days: 'touched' })
      const { rows } = await withTenant(pool, tenantId, tx =>
        tx.query(`
          select
            (select sum(sales) from scout.gold_sales_cube) as cube_sales,
            (select sum(net_sales) from scout.gold_sales_cube) as cube_pesos,
            (select sum(sales) from scout.gold_store_days) as store_sales,
            (select sum(net_sales) from scout.gold_store_days) as store_pesos,
            (select count(*) from scout.silver_line_items) as lines,
            (select count(distinct place) from scout.gold_sales_cube) as cities,
            (select count(*) from scout.silver_transactions where region is null or product_category is null) as unknown`),
      )
      expect(rows).toEqual([
        {
          cube_sales: 18_000,
          cube_pesos: '3684441.00',
          store_sales: 18_000,
          store_pesos: '3684441.00',
          lines: 31_446,
          cities: 59,
          unknown: 0,
        },
      ])
      // Kinds of baskets wait for a fit, which only a run of everything makes.
      const { basket_cluster_days: _, ...incremental } = await refined(pool, tenantId)
      await runMedallion({ pool, tenantId, days: 'all' })
      expect(await refined(pool, tenantId)).toMatchObject(incremental)
    })
  })
})
