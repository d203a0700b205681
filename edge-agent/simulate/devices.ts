import type { SimulationSettings } from './settings.ts'
import type { Store } from './stores.ts'

/** What hands over the sales of one store, or of several. */
export interface Device {
  /** A store's id or a place's code; names its file. */
  readonly key: string
  readonly name: string
  readonly stores: readonly Store[]
}

const KEYS: Readonly<
  Record<SimulationSettings['deviceFor'], (store: Store) => { key: string; name: string }>
> = {
  store: store => ({ key: store.id, name: store.name }),
  city: ({ city }) => ({ key: city.code, name: `${city.name}, ${city.province}` }),
  province: ({ city }) => ({ key: city.provinceCode, name: city.province }),
  region: ({ city }) => ({ key: city.regionCode, name: city.region }),
}

/** By key. */
export function makeDevices(stores: readonly Store[], each: SimulationSettings['deviceFor']): Device[] {
  const keyed = Map.groupBy(stores, store => KEYS[each](store).key)
  return [...keyed]
    .map(([key, members]) => ({
      key,
      name: members[0] === undefined ? key : KEYS[each](members[0]).name,
      stores: members,
    }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
}
