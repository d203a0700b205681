import { z } from 'zod'
import { ScoutError } from '../../app/errors.ts'

/** What a simulation is made from: the same settings and places give the same bytes. */
const simulationSettings = z.object({
  seed: z.number().int().nonnegative().max(0xffff_ffff),
  stores: z.number().int().min(1).max(200_000),
  /** Cities and municipalities with a store; no more than there are stores. */
  cities: z.number().int().min(1).max(10_000),
  /** First business day. */
  from: z.iso.date(),
  days: z.number().int().min(1).max(3_660),
  /** Of all stores together, in the mean over the days, once every store is open. */
  salesPerDay: z.number().positive().max(10_000_000),
  /** A device for each store, or one for all stores of a city, province or region. */
  deviceFor: z.enum(['store', 'city', 'province', 'region']),
  /** Leaves out what is meant wrong: duplicates, revisions, late, misdated and broken sales. */
  clean: z.boolean(),
})
export type SimulationSettings = z.infer<typeof simulationSettings>

export const DEFAULT_SETTINGS: SimulationSettings = {
  seed: 1,
  stores: 1_500,
  cities: 1_200,
  from: '2025-09-01',
  days: 365,
  salesPerDay: 220,
  deviceFor: 'store',
  clean: false,
}

/** @throws ScoutError `request_invalid` that names the setting */
export function checkSettings(settings: SimulationSettings): SimulationSettings {
  const checked = simulationSettings.safeParse(settings)
  if (!checked.success) {
    const [issue] = checked.error.issues
    throw new ScoutError('request_invalid', {
      message: `The setting ${issue?.path.join('.')} is not valid: ${issue?.message}.`,
    })
  }
  return checked.data
}
