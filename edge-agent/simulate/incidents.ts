import { type Day, dayFromIso } from '../../app/domain/time.ts'
import { Random } from './random.ts'
import type { SimulationSettings } from './settings.ts'
import type { Store } from './stores.ts'

/** Days on which a region or a store sold as it never does, so that there is something to find. */
export interface Incident {
  readonly kind: 'fiesta' | 'typhoon' | 'rush' | 'brownout'
  /** Region code, or store id. */
  readonly where: string
  readonly from: Day
  readonly to: Day
  /** Times the sales of an ordinary day. */
  readonly factor: number
}

/** Ours. `everyDays`: one such incident in so many days, somewhere in the country. */
const KINDS = [
  { kind: 'fiesta', level: 'region', everyDays: 60, lasts: 2, factor: 3.5 },
  { kind: 'typhoon', level: 'region', everyDays: 60, lasts: 3, factor: 0.08 },
  { kind: 'rush', level: 'store', everyDays: 30, lasts: 1, factor: 8 },
  { kind: 'brownout', level: 'store', everyDays: 30, lasts: 4, factor: 0 },
] as const

/** Nothing happens in the first weeks: an anomaly needs an ordinary time to stand out from. */
const QUIET_DAYS = 63

export function makeIncidents(
  stores: readonly Store[],
  { seed, from, days }: SimulationSettings,
): Incident[] {
  const first = dayFromIso(from)
  const regions = [...new Set(stores.map(store => store.city.regionCode))]
  return KINDS.flatMap(({ kind, level, everyDays, lasts, factor }) =>
    Array.from({ length: Math.floor(Math.max(0, days - QUIET_DAYS) / everyDays) }, (_, n) => {
      const random = new Random(seed, 'incident', kind, n)
      const where = level === 'region' ? random.pick(regions) : random.pick(stores).id
      const begins = first + QUIET_DAYS + n * everyDays + random.below(everyDays)
      return { kind, where, from: begins, to: begins + random.whole(1, lasts) - 1, factor }
    }),
  ).sort((a, b) => a.from - b.from || (a.kind < b.kind ? -1 : 1))
}

export function incidentFactor(incidents: readonly Incident[], store: Store, day: Day): number {
  let factor = 1
  for (const { where, from, to, factor: of } of incidents) {
    if (day >= from && day <= to && (where === store.id || where === store.city.regionCode)) factor *= of
  }
  return factor
}
