import type { Map as MapLibre } from 'maplibre-gl'
import { placeLabels } from './label-layout.ts'
import type { MapColours } from './map-colours.ts'

export interface LabelPlace {
  readonly lines: readonly string[]
  readonly lon: number
  readonly lat: number
  /** Higher is placed first. */
  readonly weight: number
  /** The place has a value; others are named softly. */
  readonly strong: boolean
  /** About how wide the place is, degrees of latitude. */
  readonly extent: number
  /** How wide a place must be, as a part of its name, to bear it. */
  readonly fit: number
  /** Days in the period on which the place's sales stood out. */
  readonly anomalies: number
}

const FONT = '500 11px "Inter Variable", sans-serif'
const LINE_HEIGHT = 13
const MOST = 60
const MARK = 4.5

/** Names and anomaly marks on a canvas over the map, drawn again only when the camera or what is named changed. */
export class LabelCanvas {
  private readonly map: MapLibre
  private readonly context: CanvasRenderingContext2D | null
  private readonly canvas: HTMLCanvasElement
  private readonly widths = new Map<string, number>()
  private places: readonly LabelPlace[] = []
  private colours: MapColours
  private drawnFor = ''
  private revision = 0

  constructor(map: MapLibre, colours: MapColours) {
    this.map = map
    this.colours = colours
    this.canvas = document.createElement('canvas')
    this.canvas.className = 'map-labels'
    this.canvas.setAttribute('aria-hidden', 'true')
    map.getCanvasContainer().append(this.canvas)
    this.context = this.canvas.getContext('2d')
    map.on('render', () => this.draw())
    document.fonts.load(FONT).then(
      () => this.remeasure(),
      () => undefined,
    )
  }

  name(places: readonly LabelPlace[]): void {
    this.places = [...places].sort((a, b) => b.weight - a.weight)
    this.revision++
    this.map.triggerRepaint()
  }

  /** The type has arrived: widths measured before were another type's. */
  private remeasure(): void {
    this.widths.clear()
    this.revision++
    this.map.triggerRepaint()
  }

  recolour(colours: MapColours): void {
    this.colours = colours
    this.revision++
  }

  private draw(): void {
    const { context, canvas, map } = this
    const { clientWidth: width, clientHeight: height } = map.getCanvas()
    const centre = map.getCenter()
    const state = `${this.revision} ${width} ${height} ${map.getZoom()} ${centre.lng} ${centre.lat} ${devicePixelRatio}`
    if (context === null || state === this.drawnFor) return
    this.drawnFor = state
    if (canvas.width !== width * devicePixelRatio || canvas.height !== height * devicePixelRatio) {
      canvas.width = width * devicePixelRatio
      canvas.height = height * devicePixelRatio
    }
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
    context.clearRect(0, 0, width, height)
    context.font = FONT
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    context.lineJoin = 'round'
    const pixels = (512 * 2 ** map.getZoom()) / 360 / Math.cos((centre.lat * Math.PI) / 180)
    const wishes = this.places.flatMap(place => {
      const { lines } = place
      const textWidth = Math.max(...lines.map(line => this.width(line)))
      if (place.extent * pixels < textWidth * place.fit) return []
      const { x, y } = map.project([place.lon, place.lat])
      return { place, x, y, width: textWidth + 4, height: lines.length * LINE_HEIGHT }
    })
    const kept = new Set(placeLabels(wishes, { width, height }, MOST))
    wishes.forEach(({ place, x, y }, i) => {
      if (kept.has(i)) this.write(context, place, x, y)
    })
    wishes.forEach(({ place, x, y, height: tall }, i) => {
      if (place.anomalies > 0) this.mark(context, x, kept.has(i) ? y - tall / 2 - MARK - 1 : y)
    })
  }

  private write(
    context: CanvasRenderingContext2D,
    { lines, strong }: LabelPlace,
    x: number,
    y: number,
  ): void {
    const top = y - ((lines.length - 1) * LINE_HEIGHT) / 2
    context.strokeStyle = this.colours.labelHalo
    context.lineWidth = 3
    lines.forEach((line, i) => {
      context.strokeText(line, x, top + i * LINE_HEIGHT)
    })
    context.fillStyle = strong ? this.colours.label : this.colours.labelSoft
    lines.forEach((line, i) => {
      context.fillText(line, x, top + i * LINE_HEIGHT)
    })
  }

  /** A diamond: the sign of an anomaly wherever it shows. */
  private mark(context: CanvasRenderingContext2D, x: number, y: number): void {
    context.beginPath()
    context.moveTo(x, y - MARK)
    context.lineTo(x + MARK, y)
    context.lineTo(x, y + MARK)
    context.lineTo(x - MARK, y)
    context.closePath()
    context.strokeStyle = this.colours.labelHalo
    context.lineWidth = 2.5
    context.stroke()
    context.fillStyle = this.colours.anomaly
    context.fill()
  }

  private width(text: string): number {
    let width = this.widths.get(text)
    if (width === undefined) {
      width = this.context?.measureText(text).width ?? 0
      this.widths.set(text, width)
    }
    return width
  }
}
