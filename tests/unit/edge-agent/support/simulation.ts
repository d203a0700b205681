import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { onTestFinished } from 'vitest'
import { readCities } from '../../../../edge-agent/simulate/places.ts'
import { DEFAULT_SETTINGS, type SimulationSettings } from '../../../../edge-agent/simulate/settings.ts'
import { type Simulation, simulate } from '../../../../edge-agent/simulate/simulate.ts'

/** A quarter of a year of a few hundred stores: enough to count shares, made within a second. */
export const SMALL: SimulationSettings = {
  ...DEFAULT_SETTINGS,
  stores: 400,
  cities: 300,
  days: 91,
  salesPerDay: 120,
  deviceFor: 'region',
}

export interface SimulatedFolder {
  readonly folder: string
  readonly simulation: Simulation
  rows(file: string): Record<string, string>[]
  /** Of all devices' files, in order. */
  lines(): string[]
  /** SHA-256 of every file's name and bytes. */
  hash(): string
}

export async function simulatedFolder(
  settings: SimulationSettings,
  keep: (removal: () => void) => void = removal => onTestFinished(removal),
): Promise<SimulatedFolder> {
  const parent = mkdtempSync(join(tmpdir(), 'scout-simulate-'))
  keep(() => rmSync(parent, { recursive: true, force: true }))
  const folder = join(parent, 'out')
  const simulation = await simulate(readCities(), settings, folder)
  const files = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name))
      .sort()
  return {
    folder,
    simulation,
    rows: file => parse(readFileSync(join(folder, file)), { columns: true }),
    lines: () =>
      files()
        .filter(file => file.endsWith('.ndjson'))
        .flatMap(file => readFileSync(file, 'utf8').split('\n').slice(0, -1)),
    hash() {
      const hash = createHash('sha256')
      for (const file of files()) hash.update(file.slice(folder.length)).update(readFileSync(file))
      return hash.digest('hex')
    },
  }
}
