import { describe, expect, it } from 'vitest'
import { rematchBrands } from '../../sync-server/brands/rematch.ts'
import { brandConfusion, brandsToReview, decideBrand } from '../../sync-server/brands/review.ts'
import { withTenant } from '../../sync-server/database/tenant.ts'
import { runMedallion } from '../../sync-server/medallion/runner.ts'
import { forEachEngine } from '../support/database.ts'
import { type Arrival, addStores, arrive, newTenant } from './bronze.ts'
import { addBrands } from './dictionary.ts'

const line = (fields: Record<string, unknown>) => ({ quantity: 1, unit_price: 10, ...fields })

const sale = (transactionId: string, lines: unknown[], at = '2025-08-14T10:00:00+08:00'): Arrival => ({
  contract: 'pos.v1',
  sale: { transaction_id: transactionId, store_id: 'A', sold_at: at, lines },
  storeId: 'A',
  transactionId,
  at,
})

describe('the brand of a line', () => {
  forEachEngine(database => {
    const world = async (dictionary: boolean) => {
      const { pool } = database()
      const tenantId = await newTenant(pool)
      await addStores(pool, tenantId, [{ storeId: 'A', city: 'Quezon City', region: 'NCR' }])
      await withTenant(pool, tenantId, tx =>
        tx.query(
          `insert into scout.dim_product (tenant_id, product_id, product_name, brand, updated_at)
           values ($1, 'P1', 'Evaporada 370ml', 'alaska', now()), ($1, 'P2', 'Baguio Oil 1L', 'Baguio', now())`,
          [tenantId],
        ),
      )
      if (dictionary) await addBrands(pool, tenantId)
      await arrive(pool, tenantId, [
        sale('1', [
          line({ product_id: 'P1' }),
          line({ product_name: 'baguio oil 1L' }),
          line({ brand: 'koka' }),
          line({ brand: 'red', product_name: 'Marlboro Lights' }),
          line({ product_name: 'Mystery thing' }),
          line({}),
        ]),
        sale('2', [line({ brand: 'Zesto' })], '2025-08-15T10:00:00+08:00'),
      ])
      const refine = () => runMedallion({ pool, tenantId, days: 'touched' })
      await refine()
      const brands = () =>
        withTenant(pool, tenantId, async tx => {
          const { rows } = await tx.query(
            `select brand, brand_match, brand_from from scout.silver_line_items order by transaction_id, line_no`,
          )
          return rows.map(row => [row.brand, row.brand_match, row.brand_from])
        })
      return { pool, tenantId, refine, brands }
    }

    it('is the catalogue’s, else what is stated, else what the product’s name says; the raw value is kept', async () => {
      const { pool, tenantId, brands } = await world(true)
      expect(await brands()).toEqual([
        ['ALASKA', 'catalogue', 'catalogue'],
        ['Baguio', 'catalogue', 'catalogue'],
        ['COCA COLA', 'variant', 'stated'],
        ['MARLBORO', 'brand', 'product'],
        ['UNKNOWN', 'unknown', null],
        [null, null, null],
        ['UNKNOWN', 'unknown', null],
      ])
      const { rows } = await withTenant(pool, tenantId, tx =>
        tx.query(
          'select brand_raw, product_id, product_key from scout.silver_line_items order by transaction_id, line_no',
        ),
      )
      expect(rows.map(row => [row.brand_raw, row.product_id, row.product_key])).toEqual([
        [null, 'P1', 'P1'],
        [null, 'P2', 'P2'],
        ['koka', null, null],
        ['red', null, 'Marlboro Lights'],
        [null, null, 'Mystery thing'],
        [null, null, null],
        ['Zesto', null, null],
      ])
    })

    it('waits for a person where nothing matched, and follows what he decides', async () => {
      const { pool, tenantId, refine, brands } = await world(true)
      expect(
        (await brandsToReview(pool, tenantId, 10)).map(({ spelling, lines }) => [spelling, lines]),
      ).toEqual([
        ['Mystery thing', 1],
        ['Zesto', 1],
      ])
      const now = new Date()
      await expect(
        decideBrand(pool, tenantId, { spelling: 'zesto', brand: 'ZESTO' }, { kind: 'system' }, now),
      ).rejects.toMatchObject({ code: 'not_found' })
      expect(
        await decideBrand(
          pool,
          tenantId,
          { spelling: 'ZESTO!', brand: 'royal' },
          { kind: 'user', id: 'ana' },
          now,
        ),
      ).toBe(1)
      expect(
        await decideBrand(
          pool,
          tenantId,
          { spelling: 'mystery thing', brand: null },
          { kind: 'system' },
          now,
        ),
      ).toBe(1)
      const run = await refine()
      expect(run.days).toEqual(['2025-08-14', '2025-08-15'])
      expect((await brands()).slice(-1)).toEqual([['ROYAL', 'decision', 'stated']])
      expect(await brandsToReview(pool, tenantId, 10)).toEqual([])
    })

    it('is told against what the names alone would say', async () => {
      const { pool, tenantId } = await world(true)
      expect(await brandConfusion(pool, tenantId)).toEqual([
        { known_brand: 'ALASKA', matched_brand: 'UNKNOWN', lines: 1, example: 'Evaporada 370ml' },
        { known_brand: 'Baguio', matched_brand: 'OIL', lines: 1, example: 'baguio oil 1L' },
      ])
    })

    it('stays what was stated until there is a dictionary, which then changes the days before it', async () => {
      const { pool, tenantId, refine, brands } = await world(false)
      expect((await brands()).slice(2)).toEqual([
        ['koka', 'stated', null],
        ['red', 'stated', null],
        [null, null, null],
        [null, null, null],
        ['Zesto', 'stated', null],
      ])
      await addBrands(pool, tenantId)
      expect(await withTenant(pool, tenantId, tx => rematchBrands(tx, tenantId))).toBe(2)
      await refine()
      expect((await brands()).slice(2, 4)).toEqual([
        ['COCA COLA', 'variant', 'stated'],
        ['MARLBORO', 'brand', 'product'],
      ])
    })
  })
})
