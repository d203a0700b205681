import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { importCatalogue } from '../../sync-server/catalogue/import-catalogue.ts'
import type { Sample, SampleDevice } from './sample.ts'
import { sampleProducts, sampleSales, sampleStores } from './sample-data.ts'

/** The CSV files of `sample/` as tills would send them, one device for the stores of a region. */
export function seedSample(): Sample {
  const stores = sampleStores()
  return {
    stores: stores.length,
    async importCatalogue({ pool, tenant, now }) {
      const inStore = stores.map(store => ({ ...store, channel: 'store' }))
      await importCatalogue(pool, tenant, { stores: inStore, products: sampleProducts() }, now)
    },
    devices: [...devices(new Map(stores.map(store => [store.storeId, store.region])))],
  }
}

function* devices(regionOfStore: ReadonlyMap<string, string>): Generator<SampleDevice> {
  for (const [region = 'elsewhere', sales] of Map.groupBy(sampleSales(), sale =>
    regionOfStore.get(sale.store_id),
  )) {
    const name = `Sample device, ${region}`
    yield {
      key: slug(name),
      name,
      backfillFrom: sales[0]?.sold_at.slice(0, 10) ?? null,
      size: sales.length,
      isHandedOver: () => false,
      async handOver(inbox) {
        const draft = join(inbox, '.sample.part')
        await writeFile(draft, sales.map(sale => `${JSON.stringify(sale)}\n`).join(''))
        await rename(draft, join(inbox, 'sample.jsonl'))
      },
    }
  }
}

function slug(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}
