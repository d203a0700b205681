import type { Map as MapLibre } from 'maplibre-gl'
import type { BoundaryDetail } from '../../app/contracts/worker.ts'
import { LEVELS, type Level } from '../../app/domain/geography.ts'
import { NO_DATA } from '../state/choropleth.ts'
import {
  ABOVE_ALL,
  ABOVE_FILLS,
  ABOVE_LINES,
  fillColour,
  type LevelLayers,
  levelLayers,
  sourceId,
} from './layers.ts'
import type { MapColours } from './map-colours.ts'
import { Recolourer } from './recolour.ts'

/** From this zoom on the fine boundaries are shown, once their tiles are there; until then the coarse ones stay. */
const FINE_FROM_ZOOM = 6.6
/** A little earlier they begin to load. */
const FINE_LOADS_FROM_ZOOM = 6.2

/** What singles a place out: the pointer, the pick, or that the question is drilled into it. */
export type MarkKind = 'hovered' | 'picked' | 'around'

export interface Mark {
  readonly level: Level
  readonly ordinal: number
}

/** One level at one detail: its source, its layers and its colours. */
class BoundaryLayer {
  readonly level: Level
  readonly detail: BoundaryDetail
  readonly source: string
  private readonly map: MapLibre
  private readonly layers: LevelLayers
  private readonly recolourer: Recolourer
  private fillShown = false
  private lineShown = false
  private readonly marks = new Set<MarkKind>()
  private marksShown = false

  constructor(
    map: MapLibre,
    level: Level,
    detail: BoundaryDetail,
    url: string,
    swatches: readonly string[],
    colours: MapColours,
  ) {
    this.map = map
    this.level = level
    this.detail = detail
    this.source = sourceId(level, detail)
    this.layers = levelLayers(level, detail, swatches, colours)
    this.recolourer = new Recolourer(map, this.source)
    const fine = detail === 'medium'
    map.addSource(this.source, {
      type: 'geojson',
      data: url,
      buffer: 16,
      maxzoom: fine ? 11 : 8,
      tolerance: fine ? 0.3 : 0.375,
    })
    const { fill, line, halo, focus } = this.layers
    const from = fine ? { minzoom: FINE_LOADS_FROM_ZOOM } : {}
    map.addLayer({ ...fill, ...from }, ABOVE_FILLS)
    map.addLayer({ ...line, ...from }, this.lineAnchor())
    map.addLayer({ ...halo, ...from }, ABOVE_ALL)
    map.addLayer({ ...focus, ...from }, ABOVE_ALL)
  }

  /** Wider levels' lines lie over narrower ones'. */
  private lineAnchor(): string {
    const wider = LEVELS.slice(0, LEVELS.indexOf(this.level)).reverse()
    const above = wider
      .flatMap(level => [`${sourceId(level, 'low')}-line`, `${sourceId(level, 'medium')}-line`])
      .find(id => this.map.getLayer(id) !== undefined)
    return above ?? ABOVE_LINES
  }

  get loaded(): boolean {
    return this.map.isSourceLoaded(this.source)
  }

  paint(codes: Uint8Array): number {
    return this.recolourer.show(codes)
  }

  show(fill: boolean, line: boolean): void {
    if (fill !== this.fillShown) {
      this.fillShown = fill
      this.map.setPaintProperty(this.layers.fill.id, 'fill-opacity', fill ? 1 : 0)
    }
    if (line !== this.lineShown) {
      this.lineShown = line
      this.map.setPaintProperty(this.layers.line.id, 'line-opacity', line ? 1 : 0)
      this.showMarks()
    }
  }

  recolourTheme(swatches: readonly string[], colours: MapColours): void {
    const { fill, line, halo, focus } = this.layers
    this.map.setPaintProperty(fill.id, 'fill-color', fillColour(swatches, colours))
    this.map.setPaintProperty(
      line.id,
      'line-color',
      this.level === 'city' ? colours.hairline : colours.border,
    )
    this.map.setPaintProperty(halo.id, 'line-color', colours.focusHalo)
    this.map.setPaintProperty(focus.id, 'line-color', colours.focus)
  }

  mark(ordinal: number, kind: MarkKind, on: boolean): void {
    this.map.setFeatureState({ source: this.source, id: ordinal }, { [kind]: on })
    if (on) this.marks.add(kind)
    else this.marks.delete(kind)
    this.showMarks()
  }

  /** A layer at no opacity is skipped: outlines of places cost nothing while none is marked. */
  private showMarks(): void {
    const shown = this.lineShown && this.marks.size > 0
    if (shown === this.marksShown) return
    this.marksShown = shown
    this.map.setPaintProperty(this.layers.halo.id, 'line-opacity', shown ? 1 : 0)
    this.map.setPaintProperty(this.layers.focus.id, 'line-opacity', shown ? 1 : 0)
  }
}

/**
 * All boundaries on the map. The level in view shows its fills; it and the wider ones show their lines. Levels that are not
 * in view stay loaded at no opacity, which costs nothing to draw and nothing to come back to.
 */
export class BoundaryLayers {
  private readonly map: MapLibre
  private readonly urlOf: (level: Level, detail: BoundaryDetail) => Promise<string>
  private readonly known = new Map<string, Promise<BoundaryLayer>>()
  private readonly ready: BoundaryLayer[] = []
  private readonly codes = new Map<Level, Uint8Array>()
  private readonly marked = new Map<MarkKind, Mark>()
  private swatches: readonly string[]
  private colours: MapColours
  private wanted: Level = 'region'
  private shown: Level | null = null

  constructor(
    map: MapLibre,
    urlOf: (level: Level, detail: BoundaryDetail) => Promise<string>,
    swatches: readonly string[],
    colours: MapColours,
  ) {
    this.map = map
    this.urlOf = urlOf
    this.swatches = swatches
    this.colours = colours
  }

  load(level: Level, detail: BoundaryDetail): Promise<BoundaryLayer> {
    const id = sourceId(level, detail)
    let layer = this.known.get(id)
    if (layer === undefined) {
      layer = this.urlOf(level, detail).then(url => {
        const made = new BoundaryLayer(this.map, level, detail, url, this.swatches, this.colours)
        this.ready.push(made)
        for (const [kind, mark] of this.marked) if (mark.level === level) made.mark(mark.ordinal, kind, true)
        const codes = this.codes.get(level)
        if (codes !== undefined) made.paint(codes)
        this.arrange()
        return made
      })
      this.known.set(id, layer)
    }
    return layer
  }

  /** Wants a level in view. The one before stays until this one has its tiles and its colours. */
  want(level: Level): void {
    this.wanted = level
    this.arrange()
  }

  paint(level: Level, codes: Uint8Array): number {
    this.codes.set(level, codes)
    let changed = 0
    for (const layer of this.ready) if (layer.level === level) changed += layer.paint(codes)
    this.arrange()
    return changed
  }

  /** Takes every colour and every mark away. */
  blank(): void {
    for (const kind of [...this.marked.keys()]) this.mark(kind, null)
    for (const layer of this.ready) {
      const codes = this.codes.get(layer.level)
      if (codes !== undefined) layer.paint(new Uint8Array(codes.length).fill(NO_DATA))
    }
    this.codes.clear()
  }

  /** One place a kind, at whatever level; null for none. */
  mark(kind: MarkKind, mark: Mark | null): void {
    this.eachMarked(kind, false)
    if (mark === null) this.marked.delete(kind)
    else this.marked.set(kind, mark)
    this.eachMarked(kind, true)
  }

  private eachMarked(kind: MarkKind, on: boolean): void {
    const mark = this.marked.get(kind)
    if (mark === undefined) return
    for (const layer of this.ready) if (layer.level === mark.level) layer.mark(mark.ordinal, kind, on)
  }

  recolourTheme(swatches: readonly string[], colours: MapColours): void {
    this.swatches = swatches
    this.colours = colours
    for (const layer of this.ready) layer.recolourTheme(swatches, colours)
  }

  /** Of the level in view, the layer that pointers meet. */
  fillLayers(): string[] {
    return this.ready.filter(layer => layer.level === this.shown).map(layer => `${layer.source}-fill`)
  }

  /** The level in view has all tiles of the view. */
  shownLoaded(): boolean {
    return this.ready.some(layer => layer.level === this.shown && layer.loaded)
  }

  get inView(): Level | null {
    return this.shown
  }

  /** Decides what shows. Called whenever tiles or colours arrive and while the zoom moves; cheap when nothing changes. */
  arrange(): void {
    const zoom = this.map.getZoom()
    // Bare land is better than no land, but never in place of a painted level.
    const enough = this.codes.has(this.wanted) || this.shown === null
    if (enough && this.ready.some(layer => layer.level === this.wanted && layer.loaded))
      this.shown = this.wanted
    for (const level of LEVELS) {
      const low = this.ready.find(layer => layer.level === level && layer.detail === 'low')
      const medium = this.ready.find(layer => layer.level === level && layer.detail === 'medium')
      const fine = medium !== undefined && zoom >= FINE_FROM_ZOOM && (medium.loaded || this.isFine(level))
      this.fine.set(level, fine)
      const fills = level === this.shown
      const lines = this.shown !== null && LEVELS.indexOf(level) <= LEVELS.indexOf(this.shown)
      low?.show(fills && !fine, lines && !fine)
      medium?.show(fills && fine, lines && fine)
    }
  }

  private readonly fine = new Map<Level, boolean>()

  private isFine(level: Level): boolean {
    return this.fine.get(level) ?? false
  }
}
