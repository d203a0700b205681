import type { ChoroplethMap } from './choropleth-map.ts'

let current: ChoroplethMap | null = null

/** The one map of this window, for controls that lie over it. */
export function currentMap(): ChoroplethMap | null {
  return current
}

export function setCurrentMap(map: ChoroplethMap | null): void {
  current = map
}
