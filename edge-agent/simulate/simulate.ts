import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { LongWork } from '../../app/contracts/long-work.ts'
import { dayFromIso, isoFromDay } from '../../app/domain/time.ts'
import { ScoutError } from '../../app/errors.ts'
import { makeCampaigns } from './campaigns.ts'
import {
  brandLines,
  CUSTOMER_HEADER,
  campaignLines,
  customerLine,
  productLines,
  storeLines,
} from './catalogue-tables.ts'
import { Counter } from './counter.ts'
import { csvLine } from './csv.ts'
import { dayShares, messagesByDay } from './device-messages.ts'
import { type Device, makeDevices } from './devices.ts'
import { MESSAGE_KINDS, type MessageKind } from './hand-over.ts'
import { makeIncidents } from './incidents.ts'
import { OutputFile } from './output-file.ts'
import type { City } from './places.ts'
import { checkSettings, type SimulationSettings } from './settings.ts'
import { makeStores } from './stores.ts'

/** What was made; `simulation.json` in the folder says the same. */
export interface Simulation {
  readonly settings: SimulationSettings
  readonly stores: number
  readonly cities: number
  readonly regions: number
  readonly devices: number
  readonly customers: number
  /** Lines of the devices' files, by what they are. */
  readonly messages: Readonly<Record<MessageKind, number>>
  /** Where there is something to find, days included. */
  readonly incidents: readonly {
    readonly kind: string
    readonly where: string
    readonly from: string
    readonly to: string
    readonly factor: number
  }[]
}

/**
 * Writes a simulated retailer into a new folder: `stores.csv`, `products.csv`, `customers.csv`, `campaigns.csv`, `brands.csv`, and of each
 * device a file in `sales/`, listed in `devices.csv`. The folder appears when all is written, or not at all.
 *
 * The same settings and cities give the same bytes. Memory grows with the stores, not with the sales.
 *
 * @throws ScoutError `request_invalid` for settings that cannot be, `conflict` when the folder holds something; the reason of `signal`
 */
export async function simulate(
  cities: readonly City[],
  wanted: SimulationSettings,
  folder: string,
  { signal, onProgress }: LongWork<'devices'> & { readonly signal?: AbortSignal } = {},
): Promise<Simulation> {
  const settings = checkSettings(wanted)
  if (existsSync(folder) && (await readdir(folder)).length > 0) {
    throw new ScoutError('conflict', {
      message: `The folder ${folder} is not empty. Empty it, or name another one.`,
    })
  }
  const draft = `${folder}.part`
  await rm(draft, { recursive: true, force: true })
  await mkdir(join(draft, 'sales'), { recursive: true })
  try {
    const simulation = await write(cities, settings, draft, { signal, onProgress })
    await mkdir(dirname(folder), { recursive: true })
    await rm(folder, { recursive: true, force: true })
    await rename(draft, folder)
    return simulation
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
}

async function write(
  cities: readonly City[],
  settings: SimulationSettings,
  folder: string,
  { signal, onProgress }: LongWork<'devices'> & { readonly signal?: AbortSignal },
): Promise<Simulation> {
  const stores = makeStores(cities, settings)
  const campaigns = makeCampaigns(stores, settings)
  const incidents = makeIncidents(stores, settings)
  const devices = makeDevices(stores, settings.deviceFor)
  const shares = dayShares(settings)
  const first = dayFromIso(settings.from)
  await writeTable(join(folder, 'stores.csv'), storeLines(stores))
  await writeTable(join(folder, 'products.csv'), productLines())
  await writeTable(join(folder, 'campaigns.csv'), campaignLines(campaigns, stores))
  await writeTable(join(folder, 'brands.csv'), brandLines())

  const tally = Object.fromEntries(MESSAGE_KINDS.map(kind => [kind, 0])) as Record<MessageKind, number>
  const customers = await OutputFile.create(join(folder, 'customers.csv'))
  const list = await OutputFile.create(join(folder, 'devices.csv'))
  let known = 0
  try {
    await customers.write(CUSTOMER_HEADER)
    await list.write(csvLine(['device', 'name', 'file', 'stores', 'messages']))
    for (const [done, device] of devices.entries()) {
      signal?.throwIfAborted()
      const counters = device.stores.map(store => new Counter(store, campaigns, first, settings))
      for (const { store, customers: people } of counters) {
        for (const customer of people) await customers.write(customerLine(customer, store))
        known += people.length
      }
      const file = `sales/${device.key}.ndjson`
      const messages = await writeSales(
        join(folder, file),
        messagesByDay(counters, incidents, shares, settings),
        {
          tally,
          signal,
        },
      )
      await list.write(deviceLine(device, file, messages))
      onProgress?.({ stage: 'devices', done: done + 1, total: devices.length })
    }
  } finally {
    await customers.close()
    await list.close()
  }
  const simulation: Simulation = {
    settings,
    stores: stores.length,
    cities: new Set(stores.map(store => store.city.code)).size,
    regions: new Set(stores.map(store => store.city.regionCode)).size,
    devices: devices.length,
    customers: known,
    messages: tally,
    incidents: incidents.map(incident => ({
      ...incident,
      from: isoFromDay(incident.from),
      to: isoFromDay(incident.to),
    })),
  }
  await writeFile(join(folder, 'simulation.json'), `${JSON.stringify(simulation, null, 2)}\n`)
  return simulation
}

async function writeTable(path: string, lines: Iterable<string>): Promise<void> {
  const file = await OutputFile.create(path)
  try {
    for (const line of lines) await file.write(line)
  } finally {
    await file.close()
  }
}

/** @returns the number of lines */
async function writeSales(
  path: string,
  days: ReturnType<typeof messagesByDay>,
  { tally, signal }: { tally: Record<MessageKind, number>; signal: AbortSignal | undefined },
): Promise<number> {
  const file = await OutputFile.create(path)
  let written = 0
  try {
    for (const messages of days) {
      signal?.throwIfAborted()
      for (const { text, what } of messages) {
        await file.write(`${text}\n`)
        tally[what]++
        written++
      }
    }
  } finally {
    await file.close()
  }
  return written
}

function deviceLine({ key, name, stores }: Device, file: string, messages: number): string {
  return csvLine([key, name, file, stores.map(store => store.id).join(';'), messages])
}
