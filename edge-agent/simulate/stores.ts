import { type Day, dayFromIso } from '../../app/domain/time.ts'
import { chooseCities, storesPerCity } from './choose-cities.ts'
import { logNormal, Weighted } from './distributions.ts'
import { DEVICE_KINDS, type DeviceKind } from './ph/device-kinds.ts'
import { BARANGAYS, GIVEN_NAMES } from './ph/names.ts'
import type { City } from './places.ts'
import { Random } from './random.ts'
import type { SimulationSettings } from './settings.ts'

export interface Store {
  readonly id: string
  readonly name: string
  readonly channel: string
  readonly city: City
  readonly barangay: string
  readonly longitude: number
  readonly latitude: number
  readonly squareMetres: number
  readonly staff: number
  readonly opened: Day
  readonly closed: Day | null
  readonly device: DeviceKind
  /** Share of all sales, on a day on which every store is open. */
  readonly weight: number
  /** Of the suggested retail price. */
  readonly markup: number
}

/** Ours: the share of stores that open, or close for good, while we look. */
const OPENS_MEANWHILE = 0.1
const CLOSES_MEANWHILE = 0.025
const YEARS_BEFORE = 15

/** The stores of a simulation: a city sells in proportion to its people, its stores among themselves very unequally. */
export function makeStores(cities: readonly City[], settings: SimulationSettings): Store[] {
  const chosen = chooseCities(cities, Math.min(settings.cities, settings.stores), settings.seed)
  const counts = storesPerCity(chosen, settings.stores)
  const devices = new Weighted(DEVICE_KINDS, kind => kind.share)
  const stores: Store[] = []
  for (const [i, city] of chosen.entries()) {
    const sizes = Array.from({ length: counts[i] ?? 0 }, (_, n) =>
      logNormal(new Random(settings.seed, 'store size', city.code, n), 1, 0.6),
    )
    const ofCity = sizes.reduce((sum, size) => sum + size, 0)
    for (const [n, size] of sizes.entries()) {
      const random = new Random(settings.seed, 'store', city.code, n)
      stores.push({
        ...makeStore(city, stores.length + 1, size, devices.draw(random), random),
        ...life(settings, n, random),
        weight: (city.population * size) / ofCity,
      })
    }
  }
  const all = stores.reduce((sum, store) => sum + store.weight, 0)
  return stores.map(store => ({ ...store, weight: store.weight / all }))
}

function makeStore(city: City, number: number, size: number, device: DeviceKind, random: Random) {
  const owner = random.pick(GIVEN_NAMES.female)
  const barangay = random.pick(BARANGAYS)
  const online = random.chance(0.03)
  const wholesale = !online && random.chance(0.04)
  return {
    id: `ST-${String(number).padStart(5, '0')}`,
    name: wholesale ? `${barangay} Wholesale ${number}` : `Aling ${owner}'s Sari-Sari ${number}`,
    channel: online ? 'online' : wholesale ? 'wholesale' : 'sari-sari',
    city,
    barangay,
    // About a kilometre around a point that surely lies inside.
    longitude: round(city.longitude + random.between(-0.01, 0.01), 5),
    latitude: round(city.latitude + random.between(-0.01, 0.01), 5),
    squareMetres: Math.max(4, Math.round(10 * size + random.between(0, 6))),
    staff: Math.max(1, Math.round(size + random.next())),
    device,
    markup: round(random.between(0.96, 1.12), 2),
  }
}

/** The first store of a city is there all along, so that each city sells on the first day as on the last. */
function life({ from, days }: SimulationSettings, n: number, random: Random) {
  const first = dayFromIso(from)
  const before = first - 1 - random.below(YEARS_BEFORE * 365)
  const during = first + random.below(days)
  const opensMeanwhile = n > 0 && random.chance(OPENS_MEANWHILE)
  const closesMeanwhile = n > 0 && !opensMeanwhile && random.chance(CLOSES_MEANWHILE)
  return { opened: opensMeanwhile ? during : before, closed: closesMeanwhile ? during : null }
}

export function isOpen(store: Store, day: Day): boolean {
  return day >= store.opened && (store.closed === null || day <= store.closed)
}

function round(value: number, decimals: number): number {
  const scale = 10 ** decimals
  return Math.round(value * scale) / scale
}
