import { existsSync, readFileSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { readCities } from '../../edge-agent/simulate/places.ts'
import { DEFAULT_SETTINGS, type SimulationSettings } from '../../edge-agent/simulate/settings.ts'
import { simulate } from '../../edge-agent/simulate/simulate.ts'
import type { Sample } from './sample.ts'

/**
 * A year of a retailer in every region, as small as it can be while two thirds of all cities sell: what a laptop takes in within a minute.
 * One device a region, because each is an agent of its own.
 */
export const GENERATED_SAMPLE: SimulationSettings = { ...DEFAULT_SETTINGS, deviceFor: 'region' }

const text = z.string().transform(cell => (cell === '' ? null : cell))
const storeRow = z.object({
  store_id: z.string(),
  store_name: z.string(),
  channel: text,
  region: text,
  province: text,
  city: text,
  barangay: text,
})
const productRow = z.object({ product_id: z.string(), product_name: z.string(), brand: text, category: text })
const deviceRow = z.object({
  device: z.string(),
  name: z.string(),
  file: z.string(),
  messages: z.coerce.number(),
})

/** The sample that `edge-agent simulate` makes, made in `folder` at the first call. */
export async function generatedSample(folder: string, settings: SimulationSettings): Promise<Sample> {
  if (!existsSync(join(folder, 'simulation.json'))) await simulate(readCities(), settings, folder)
  return {
    catalogue: {
      stores: rows(folder, 'stores.csv', storeRow).map(({ store_id, store_name, ...place }) => ({
        storeId: store_id,
        name: store_name,
        ...place,
      })),
      products: rows(folder, 'products.csv', productRow).map(
        ({ product_id, product_name, brand, category }) => ({
          productId: product_id,
          name: product_name,
          brand,
          category,
        }),
      ),
    },
    devices: rows(folder, 'devices.csv', deviceRow).map(({ device, name, file, messages }) => ({
      key: device,
      name: `Sample device, ${name}`,
      backfillFrom: settings.from,
      size: messages,
      isHandedOver: () => !existsSync(join(folder, file)),
      handOver: inbox => rename(join(folder, file), join(inbox, 'sample.ndjson')),
    })),
  }
}

function rows<T>(folder: string, file: string, row: z.ZodType<T>): T[] {
  return z
    .array(row)
    .parse(parse(readFileSync(join(folder, file)), { columns: true, skip_empty_lines: true }))
}
