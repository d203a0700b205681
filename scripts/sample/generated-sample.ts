import { existsSync, readFileSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { readCities } from '../../edge-agent/simulate/places.ts'
import { DEFAULT_SETTINGS, type SimulationSettings } from '../../edge-agent/simulate/settings.ts'
import { simulate } from '../../edge-agent/simulate/simulate.ts'
import { importMaster } from '../../sync-server/catalogue/imports/import-master.ts'
import type { ImportTarget, Sample } from './sample.ts'

/**
 * A year of a retailer in every region, as small as it can be while two thirds of all cities sell: what a laptop takes in within a minute.
 * One device a region, because each is an agent of its own.
 */
export const GENERATED_SAMPLE: SimulationSettings = { ...DEFAULT_SETTINGS, deviceFor: 'region' }

/** In the order in which they may name one another. */
const CATALOGUE = ['stores', 'products', 'brands', 'campaigns', 'customers'] as const

const simulationFile = z.object({ stores: z.int() })
const deviceRow = z.object({
  device: z.string(),
  name: z.string(),
  file: z.string(),
  messages: z.coerce.number(),
})

/** The sample that `edge-agent simulate` makes, made in `folder` at the first call. */
export async function generatedSample(folder: string, settings: SimulationSettings): Promise<Sample> {
  if (!existsSync(join(folder, 'simulation.json'))) await simulate(readCities(), settings, folder)
  const { stores } = simulationFile.parse(JSON.parse(readFileSync(join(folder, 'simulation.json'), 'utf8')))
  return {
    stores,
    async importCatalogue(into) {
      for (const kind of CATALOGUE) await importFile(kind, join(folder, `${kind}.csv`), into)
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

/** As `scout import` does. */
async function importFile(kind: (typeof CATALOGUE)[number], file: string, into: ImportTarget): Promise<void> {
  await importMaster(kind, {
    ...into,
    files: [file],
    dryRun: false,
    skipBad: false,
    onBad({ line, column, reason }) {
      throw new Error(`line ${line} of ${file}, ${column}: ${reason}`)
    },
  })
}

function rows<T>(folder: string, file: string, row: z.ZodType<T>): T[] {
  return z
    .array(row)
    .parse(parse(readFileSync(join(folder, file)), { columns: true, skip_empty_lines: true }))
}
