import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { tableFromArrays, tableToIPC } from 'apache-arrow'
import { Table as WasmTable, writeParquet } from 'parquet-wasm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TenantId } from '../../../app/domain/ids.ts'
import { importMaster } from '../../../sync-server/catalogue/imports/import-master.ts'
import { importSales } from '../../../sync-server/catalogue/imports/import-sales.ts'
import type { MasterKindName } from '../../../sync-server/catalogue/imports/master-kinds.ts'
import type { ImportRequest } from '../../../sync-server/catalogue/imports/report.ts'
import { withTenant } from '../../../sync-server/database/tenant.ts'
import { runMedallion } from '../../../sync-server/medallion/runner.ts'
import { pseudonymOf } from '../../../sync-server/personal/pseudonyms.ts'
import { newTenant } from '../../sql/bronze.ts'
import { forEachEngine } from '../../support/database.ts'
import { personalKeys } from '../../support/personal-keys.ts'
import { plainTextIn } from '../../support/plain-text-scan.ts'

const SAMPLE = join(import.meta.dirname, '../../../sample')
const keys = personalKeys()

describe('an import', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'scout-import-test-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const file = (name: string, text: string) => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }

  forEachEngine((database, engine) => {
    type Options = Partial<Pick<ImportRequest, 'dryRun' | 'skipBad' | 'signal' | 'onProgress'>>
    const request = (tenant: TenantId, files: readonly string[], options: Options, bad: string[]) => ({
      pool: database().pool,
      tenant,
      keys,
      files,
      dryRun: false,
      skipBad: false,
      now: new Date(),
      onBad: ({ line, column, reason }: { line: number; column: string | null; reason: string }) => {
        bad.push(`${line} ${column}: ${reason}`)
      },
      ...options,
    })
    const master = async (
      tenant: TenantId,
      kind: MasterKindName,
      files: readonly string[],
      options: Options = {},
    ) => {
      const bad: string[] = []
      return { ...(await importMaster(kind, request(tenant, files, options, bad))), bad }
    }
    const sales = async (
      tenant: TenantId,
      files: readonly string[],
      items: readonly string[],
      options: Options = {},
    ) => {
      const bad: string[] = []
      return { ...(await importSales({ ...request(tenant, files, options, bad), items })), bad }
    }
    const rows = async (tenant: TenantId, sql: string) =>
      (await withTenant(database().pool, tenant, tx => tx.query(sql, [tenant]))).rows
    const touched = async (tenant: TenantId) =>
      (
        await rows(
          tenant,
          'select distinct day from scout.medallion_touched_day where tenant_id = $1 order by 1',
        )
      ).map(row => row.day)

    it('brings in the seed as its files stand, and again changes nothing', async () => {
      const tenant = await newTenant(database().pool, `seed-${engine}`)
      const at = (name: string) => join(SAMPLE, name)
      expect(await master(tenant, 'stores', [at('stores.csv')])).toMatchObject({
        rows: 1_299,
        imported: 1_299,
        notes: { unplaced_stores: 0 },
        ignored_columns: ['region_id'],
      })
      expect(await master(tenant, 'products', [at('master_data_brand_sku.csv')])).toMatchObject({
        bad: [],
        bad_rows: 0,
      })
      expect(await master(tenant, 'brands', [at('brand_dictionary.csv')])).toMatchObject({
        bad: [],
        imported: 190,
      })
      const brought = () => sales(tenant, [at('transactions.csv')], [at('transaction_items.csv')])
      expect(await brought()).toMatchObject({ bad: [], imported: 18_000, notes: { duplicates: 0 } })
      await runMedallion({ pool: database().pool, tenantId: tenant, days: 'touched' })
      const totals = `select count(*)::int as sales, sum(net_amount)::numeric(14, 2)::text as pesos,
        (select count(*)::int from scout.silver_line_items where tenant_id = $1) as lines
        from scout.silver_transactions where tenant_id = $1`
      const whole = [{ sales: 18_000, pesos: '3684441.00', lines: 31_446 }]
      expect(await rows(tenant, totals)).toEqual(whole)
      expect(await brought()).toMatchObject({ imported: 0, notes: { duplicates: 18_000 } })
      expect(await touched(tenant)).toEqual([])
      expect(
        await rows(tenant, 'select count(*)::int as n from scout.bronze_store_master where tenant_id = $1'),
      ).toEqual([{ n: 1_299 }])
    })

    it('reports every bad row with line, column and reason, and then imports none, or the others', async () => {
      const tenant = await newTenant(database().pool, `bad-${engine}`)
      const stores = file(
        'stores.csv',
        [
          'Store ID,Store Name,Region,City,Latitude,Is Active,Opened Date,Store Code',
          'A,Aling Nena,NCR,Quezon City,14.6,yes,2020-02-29,C1',
          'B,,NCR,Makati,95,perhaps,2021-02-29,C2',
          'A,Again,NCR,Makati,14,no,,C3',
          'C,Too,few',
          'D,Code twice,NCR,Makati,,,,C1',
          'E,"a "quote" inside",NCR,Makati,,,,C5',
          'F,Mang Jun,Ilocos Region,Laoag,,,,C6',
        ].join('\n'),
      )
      const bad = [
        '3 Store Name: is empty',
        '3 Latitude: is above 90',
        '3 Is Active: “perhaps” is not true or false',
        '3 Opened Date: “2021-02-29” is not a day such as 2025-08-14',
        '4 store_id: stands already at line 2 of stores.csv',
        '5 null: has 3 fields where the header has 8',
        '6 store_code: stands already at line 2 of stores.csv',
        '7 null: has a quotation mark where none may stand',
      ]
      const dry = await master(tenant, 'stores', [stores], { dryRun: true, skipBad: true })
      expect(dry).toMatchObject({ rows: 7, bad_rows: 5, imported: 0, bad })
      expect(await master(tenant, 'stores', [stores])).toMatchObject({ bad_rows: 5, imported: 0 })
      const stored =
        'select store_id, store_name, is_active, latitude::text, opened_date from scout.dim_store where tenant_id = $1 order by 1'
      expect(await rows(tenant, stored)).toEqual([])
      expect(await master(tenant, 'stores', [stores], { skipBad: true })).toMatchObject({
        bad_rows: 5,
        imported: 2,
      })
      expect(await rows(tenant, stored)).toEqual([
        {
          store_id: 'A',
          store_name: 'Aling Nena',
          is_active: true,
          latitude: '14.60000000',
          opened_date: '2020-02-29',
        },
        { store_id: 'F', store_name: 'Mang Jun', is_active: null, latitude: null, opened_date: null },
      ])
      // A file that lacks a column says nothing of it.
      const renamed = file('renamed.csv', 'store_id,store_name\nA,Tindahan ni Nena\n')
      await master(tenant, 'stores', [renamed])
      expect((await rows(tenant, stored))[0]).toMatchObject({
        store_name: 'Tindahan ni Nena',
        latitude: '14.60000000',
      })
      const taken = file('taken.csv', 'store_id,store_name,store_code\nZ,Zeny,C1\n')
      expect((await master(tenant, 'stores', [taken])).bad).toEqual(['2 store_code: belongs to A'])
    })

    it('refuses a file that is none of the kind, naming what it lacks', async () => {
      const tenant = await newTenant(database().pool, `none-${engine}`)
      await expect(master(tenant, 'campaigns', [join(SAMPLE, 'stores.csv')])).rejects.toMatchObject({
        code: 'request_invalid',
        message: expect.stringContaining('no column campaign_id, nor campaign_name'),
      })
      await expect(master(tenant, 'stores', [file('empty.csv', '')])).rejects.toMatchObject({
        code: 'request_invalid',
      })
      await expect(master(tenant, 'stores', [join(folder, 'nowhere.csv')])).rejects.toMatchObject({
        code: 'not_found',
      })
      const open = file('open.csv', 'store_id,store_name\nA,"never closed\nB,x\n')
      expect((await master(tenant, 'stores', [open])).bad).toEqual([
        '3 null: has a quotation mark where none may stand',
      ])
    })

    it('of sales finds bad ones among thousands, their lines wherever they stand, and lines of no sale', async () => {
      const tenant = await newTenant(database().pool, `sales-${engine}`)
      await master(tenant, 'stores', [
        file('s.csv', 'store_id,store_name,region,city\nS1,One,NCR,Makati\nS2,Two,NCR,Makati\n'),
      ])
      const transactions = file(
        't.csv',
        [
          'transaction_id,store_id,transaction_ts,basket_total,customer_id,customer_name',
          't1,S1,2019-03-01T08:00:00,30.00,SUKI-1,Maria Clara Imported',
          't2,S9,2019-03-01T08:00:00,10,,',
          't3,S1,2999-01-01T08:00:00,10,,',
          't1,S1,2019-03-01T08:00:00,31,,',
          't5,S1,yesterday,10,,',
          't6,S2,2019-03-02 09:30,12345678901234.567,,',
          't7,S1,2019-03-02T09:30:00,5,,',
        ].join('\n'),
      )
      const items = file(
        'i.csv',
        [
          'transaction_id,sku_id,quantity,unit_price,line_total',
          't6,P1,1,,',
          't1,P1,2,10,20',
          'nobody,P1,1,1,1',
          't1,P2,1,10,10',
          't7,P2,lots,5,5',
        ].join('\n'),
      )
      const found = await sales(tenant, [transactions], [items], { skipBad: true })
      expect(found.bad).toEqual([
        '6 quantity: “lots” is not a number such as 1234.50',
        '3 store_id: no store S9 is known; import it first',
        '4 sold_at: lies in the future',
        '5 transaction_id: stands already at line 2 of t.csv',
        '6 transaction_ts: “yesterday” is not a moment such as 2025-08-14T18:30:00',
        '8 null: has a line that is bad',
        '4 transaction_id: belongs to no sale of these files',
      ])
      expect(found).toMatchObject({ rows: 12, bad_rows: 7, imported: 2 })
      const bronze = await rows(
        tenant,
        `select device_id, seq, transaction_id, business_day, event_data -> 'lines' as lines, event_data ->> 'total' as total,
           event_data ->> 'customer_id' as customer, quarantine_reasons, event_hash = scout.fn_event_hash(event_data) as agrees
         from scout.bronze_events where tenant_id = $1 order by seq`,
      )
      expect(bronze).toEqual([
        {
          device_id: expect.stringMatching(/^import-[0-9a-f]{64}$/),
          seq: 1,
          transaction_id: 't1',
          business_day: '2019-03-01',
          lines: [
            { product_id: 'P1', quantity: 2, unit_price: 10, amount: 20 },
            { product_id: 'P2', quantity: 1, unit_price: 10, amount: 10 },
          ],
          total: '30',
          customer: pseudonymOf(keys, tenant, 'id', 'SUKI-1'),
          quarantine_reasons: [],
          agrees: true,
        },
        expect.objectContaining({ seq: 6, transaction_id: 't6', total: '12345678901234.567', agrees: true }),
      ])
      expect(await plainTextIn(database().pool, ['SUKI-1', 'Maria Clara Imported'])).toEqual([])
    })

    it('seals what is personal of customers and shows the rest under the pseudonym', async () => {
      const tenant = await newTenant(database().pool, `customers-${engine}`)
      const customers = file(
        'c.csv',
        'customer_id,first_name,last_name,mobile_number,email,birthdate,gender,customer_type,loyalty_points\nSUKI-77,Juan,Imported-Cruz,09175550188,juan@imported.example,1980-01-31,m,VIP,120\nSUKI-78,Ana,X,,,31/01/1980,f,,\n',
      )
      const { bad, imported } = await master(tenant, 'customers', [customers], { skipBad: true })
      expect(bad).toEqual(['3 birthdate: The value is not a day such as 2025-08-14'])
      expect(imported).toBe(1)
      expect(
        await rows(
          tenant,
          'select customer_id, gender, customer_type, loyalty_points from scout.dim_customer where tenant_id = $1',
        ),
      ).toEqual([
        {
          customer_id: pseudonymOf(keys, tenant, 'id', 'SUKI-77'),
          gender: 'm',
          customer_type: 'vip',
          loyalty_points: 120,
        },
      ])
      const personal = ['SUKI-77', 'Imported-Cruz', '09175550188', 'juan@imported.example', '1980-01-31']
      expect(await plainTextIn(database().pool, personal)).toEqual([])
    })

    it('of products notes the days of sales whose lines read differently now, and of no others', async () => {
      const tenant = await newTenant(database().pool, `products-${engine}`)
      await master(tenant, 'stores', [file('s.csv', 'store_id,store_name,region,city\nS1,One,NCR,Makati\n')])
      const products = (category: string) =>
        file('p.csv', `product_id,product_name,category\nP1,Chips,${category}\nP2,Soap,Personal Care\n`)
      await master(tenant, 'products', [products('Snacks & Beverages')])
      await sales(
        tenant,
        [
          file(
            't.csv',
            'transaction_id,store_id,sold_at,total\n1,S1,2025-03-01T08:00,10\n2,S1,2025-03-02T08:00,10\n',
          ),
        ],
        [file('i.csv', 'transaction_id,product_id,quantity,amount\n1,P1,1,10\n2,P2,1,10\n')],
      )
      await runMedallion({ pool: database().pool, tenantId: tenant, days: 'touched' })
      await master(tenant, 'products', [products('Snacks & Beverages')])
      expect(await touched(tenant)).toEqual([])
      await master(tenant, 'products', [products('Dairy & Beverages')])
      expect(await touched(tenant)).toEqual(['2025-03-01'])
    })

    it('reads Parquet as it reads CSV', async () => {
      const tenant = await newTenant(database().pool, `parquet-${engine}`)
      const table = tableFromArrays({
        campaign_id: ['C1', 'C2'],
        campaign_name: ['Fiesta', 'Backwards'],
        start_date: ['2025-05-01', '2025-06-01'],
        end_date: ['2025-05-31', '2025-05-01'],
        budget: Float64Array.from([1500.5, 2]),
        applicable_products: ['P1|P2', ''],
      })
      const path = join(folder, 'campaigns.parquet')
      writeFileSync(path, writeParquet(WasmTable.fromIPCStream(tableToIPC(table, 'stream'))))
      const { bad, imported } = await master(tenant, 'campaigns', [path], { skipBad: true })
      expect({ bad, imported }).toEqual({ bad: ['3 null: ends before it starts'], imported: 1 })
      expect(
        await rows(
          tenant,
          'select campaign_id, budget, applicable_products, applicable_stores from scout.dim_campaign where tenant_id = $1',
        ),
      ).toEqual([
        { campaign_id: 'C1', budget: '1500.5', applicable_products: ['P1', 'P2'], applicable_stores: null },
      ])
    })

    it('can be stopped, and goes on when it is run again', async () => {
      const tenant = await newTenant(database().pool, `stopped-${engine}`)
      await master(tenant, 'stores', [file('s.csv', 'store_id,store_name,region,city\nS1,One,NCR,Makati\n')])
      const lines = Array.from({ length: 2_500 }, (_, i) => `${i},S1,2025-03-01T08:00,10`)
      const many = file('many.csv', `transaction_id,store_id,sold_at,total\n${lines.join('\n')}\n`)
      const stop = new AbortController()
      const onProgress: Options['onProgress'] = ({ stage, done }) => {
        if (stage === 'importing' && done === 2_000) stop.abort()
      }
      const stopped = sales(tenant, [many], [], { signal: stop.signal, onProgress })
      await expect(stopped).rejects.toMatchObject({ code: 'cancelled' })
      const again = await sales(tenant, [many], [])
      expect(again.notes.duplicates).toBeGreaterThan(0)
      expect(again.imported + (again.notes.duplicates ?? 0)).toBe(2_500)
    })
  })

  it('holds little of a large file in memory', async () => {
    const path = join(folder, 'large.csv')
    const out = createWriteStream(path)
    out.write('transaction_id,sku_id,quantity,unit_price,line_total,remark\n')
    const filler = 'x'.repeat(900)
    for (let i = 0; i < 120_000; i++) {
      if (!out.write(`t${i},P1,1,10,10,${filler}\n`)) await once(out, 'drain')
    }
    out.end()
    await finished(out)
    const { readFile } = await import('../../../sync-server/catalogue/imports/read-file.ts')
    const before = process.memoryUsage().rss
    let [peak, read] = [before, 0]
    for await (const row of readFile('items', path)) {
      if ('good' in row && ++read % 5_000 === 0) peak = Math.max(peak, process.memoryUsage().rss)
    }
    expect(read).toBe(120_000)
    // The file has 115 MB.
    expect((peak - before) / 2 ** 20).toBeLessThan(80)
  })
})
