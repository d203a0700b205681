import type { Map as MapLibre } from 'maplibre-gl'

/** Before the first painting a feature has no state at all, and shows as land. */
const UNPAINTED = 253

/**
 * Paints one source by the codes of its features. Only feature-state is touched, and only of features whose code changed:
 * geometry stays where it is, in the map's worker and on the graphics card.
 */
export class Recolourer {
  private readonly map: MapLibre
  private readonly source: string
  private shown = new Uint8Array()

  constructor(map: MapLibre, source: string) {
    this.map = map
    this.source = source
  }

  /** @returns how many features changed. */
  show(codes: Uint8Array): number {
    if (this.shown.length !== codes.length) this.shown = new Uint8Array(codes.length).fill(UNPAINTED)
    const target = { source: this.source, id: 0 }
    let changed = 0
    for (let ordinal = 0; ordinal < codes.length; ordinal++) {
      const code = codes[ordinal] ?? UNPAINTED
      if (this.shown[ordinal] === code) continue
      this.shown[ordinal] = code
      target.id = ordinal
      this.map.setFeatureState(target, { code })
      changed++
    }
    return changed
  }
}
