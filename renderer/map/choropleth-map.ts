import { Map as MapLibre, setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import type { BoundaryDetail } from '../../app/contracts/worker.ts'
import { LEVELS, type Level } from '../../app/domain/geography.ts'
import type { Theme } from '../state/theme-store.ts'
import { BoundaryLayers, type MarkKind } from './boundary-layers.ts'
import { LabelCanvas, type LabelPlace } from './label-canvas.ts'
import { emptyStyle } from './layers.ts'
import { mapColours } from './map-colours.ts'
import { swatches } from './palette.ts'
import type { Bounds } from './place-bounds.ts'

setWorkerUrl(workerUrl)

export interface Padding {
  readonly top: number
  readonly right: number
  readonly bottom: number
  readonly left: number
}

export interface MapOptions {
  readonly container: HTMLElement
  readonly theme: Theme
  readonly boundaries: (level: Level, detail: BoundaryDetail) => Promise<string>
  readonly onHover: (ordinal: number | null, point: { readonly x: number; readonly y: number } | null) => void
  readonly onPick: (ordinal: number | null) => void
}

const FLIGHT_MS = 600
const FINE_FROM_ZOOM = 6.2

/** The map: MapLibre, the boundaries of all levels, names. It knows places by ordinal and nothing of metrics. */
export class ChoroplethMap {
  readonly map: MapLibre
  readonly layers: BoundaryLayers
  private readonly labels: LabelCanvas
  private level: Level = 'region'
  private disposed = false
  private padding: Padding = { top: 0, right: 0, bottom: 0, left: 0 }

  constructor(options: MapOptions) {
    const colours = mapColours()
    this.map = new MapLibre({
      container: options.container,
      style: emptyStyle(colours),
      attributionControl: false,
      renderWorldCopies: false,
      dragRotate: false,
      touchPitch: false,
      pitchWithRotate: false,
      keyboard: false,
      minZoom: 3,
      maxZoom: 13,
      center: [122, 12.5],
      zoom: 4.5,
      fadeDuration: 0,
    })
    this.map.touchZoomRotate.disableRotation()
    this.layers = new BoundaryLayers(this.map, options.boundaries, swatches(options.theme), colours)
    this.labels = new LabelCanvas(this.map, colours)
    this.map.on('sourcedata', () => this.layers.arrange())
    this.map.on('idle', () => this.layers.arrange())
    this.map.on('zoom', () => this.zoomed())
    this.map.on('mousemove', event => {
      const ordinal = this.ordinalAt(event.point)
      this.map.getCanvas().style.cursor = ordinal === null ? '' : 'pointer'
      options.onHover(ordinal, ordinal === null ? null : event.point)
    })
    this.map.on('mouseout', () => options.onHover(null, null))
    // The map flies on its own: what was under the pointer no longer is.
    this.map.on('movestart', event => {
      if (event.originalEvent === undefined) options.onHover(null, null)
    })
    this.map.on('click', event => options.onPick(this.ordinalAt(event.point)))
  }

  /** Resolves when layers can be added. */
  async ready(): Promise<void> {
    if (!this.map.isStyleLoaded() && !this.map.style?._loaded) await this.map.once('style.load')
  }

  /** Brings a level into view; the one before stays until it can be painted. */
  async show(level: Level): Promise<void> {
    this.level = level
    await this.ready()
    if (this.disposed) return
    this.layers.want(level)
    await this.layers.load(level, 'low')
    this.zoomed()
  }

  /** Loads the levels that are not in view, so that changing to them is a change of opacity. */
  async prepareOtherLevels(): Promise<void> {
    for (const level of LEVELS) await this.layers.load(level, 'low')
  }

  /** Colours by ordinal; see `choropleth.ts` for the codes. */
  paint(level: Level, codes: Uint8Array): number {
    return this.layers.paint(level, codes)
  }

  /** Bare land: nothing of what somebody saw stays for the next person. */
  blank(): void {
    this.layers.blank()
    this.labels.name([])
  }

  /** Calls once, after the frame that shows the level in view with its tiles. */
  whenPainted(call: () => void): void {
    const look = () => {
      if (this.layers.inView !== this.level || !this.layers.shownLoaded()) return
      this.map.off('render', look)
      this.map.off('idle', look)
      call()
    }
    this.map.on('render', look)
    // The last tile may be told of after the frame that drew it.
    this.map.on('idle', look)
  }

  name(places: readonly LabelPlace[]): void {
    this.labels.name(places)
  }

  mark(kind: MarkKind, level: Level, ordinal: number | null): void {
    this.layers.mark(kind, ordinal === null ? null : { level, ordinal })
  }

  setTheme(theme: Theme): void {
    const colours = mapColours()
    this.map.setPaintProperty('sea', 'background-color', colours.sea)
    this.map.setPaintProperty('graticule', 'line-color', colours.graticule)
    this.labels.recolour(colours)
    this.layers.recolourTheme(swatches(theme), colours)
  }

  setPadding(padding: Padding): void {
    this.padding = padding
  }

  /** Flies where motion is welcome, else is there. `jump` for the first view. */
  goTo([west, south, east, north]: Bounds, how: 'fly' | 'jump'): void {
    const still = how === 'jump' || matchMedia('(prefers-reduced-motion: reduce)').matches
    this.map.fitBounds(
      [
        [west, south],
        [east, north],
      ],
      { padding: { ...this.padding }, duration: still ? 0 : FLIGHT_MS, maxZoom: 11, linear: true },
    )
  }

  zoomBy(steps: number): void {
    this.map.easeTo({ zoom: this.map.getZoom() + steps, duration: 150 })
  }

  dispose(): void {
    this.disposed = true
    this.map.remove()
  }

  private zoomed(): void {
    if (this.map.getZoom() >= FINE_FROM_ZOOM) {
      for (const level of LEVELS.slice(0, LEVELS.indexOf(this.level) + 1))
        void this.layers.load(level, 'medium')
    }
    this.layers.arrange()
  }

  private ordinalAt(point: { x: number; y: number }): number | null {
    const layers = this.layers.fillLayers()
    if (layers.length === 0) return null
    const id = this.map.queryRenderedFeatures([point.x, point.y], { layers })[0]?.id
    return typeof id === 'number' ? id : null
  }
}
