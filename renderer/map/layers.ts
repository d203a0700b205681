import type {
  ExpressionSpecification,
  FillLayerSpecification,
  LineLayerSpecification,
  StyleSpecification,
} from 'maplibre-gl'
import type { BoundaryDetail } from '../../app/contracts/worker.ts'
import type { Level } from '../../app/domain/geography.ts'
import { NO_DATA, OUTSIDE } from '../state/choropleth.ts'
import { graticule } from './graticule.ts'
import type { MapColours } from './map-colours.ts'

/** Empty layers that others are put under, so that fills, lines and outlines keep their order however late they come. */
export const ABOVE_FILLS = 'above-fills'
export const ABOVE_LINES = 'above-lines'
export const ABOVE_ALL = 'above-all'

export function emptyStyle(colours: MapColours): StyleSpecification {
  const anchor = (id: string) => ({
    id,
    type: 'background' as const,
    layout: { visibility: 'none' as const },
  })
  return {
    version: 8,
    sources: { graticule: { type: 'geojson', data: graticule } },
    layers: [
      { id: 'sea', type: 'background', paint: { 'background-color': colours.sea } },
      {
        id: 'graticule',
        type: 'line',
        source: 'graticule',
        paint: { 'line-color': colours.graticule, 'line-width': 0.75 },
      },
      anchor(ABOVE_FILLS),
      anchor(ABOVE_LINES),
      anchor(ABOVE_ALL),
    ],
  }
}

export function sourceId(level: Level, detail: BoundaryDetail): string {
  return `${level}-${detail}`
}

/**
 * Fill by code: a swatch for each class of each number of classes, so that only the theme ever changes this expression (a
 * changed one makes the map's worker build its tiles anew). No data is bare land, what lies outside the question is set back.
 */
export function fillColour(swatches: readonly string[], colours: MapColours): ExpressionSpecification {
  const classes = swatches.flatMap((colour, code) => [code, colour])
  return [
    'match',
    ['coalesce', ['feature-state', 'code'], NO_DATA],
    ...classes,
    OUTSIDE,
    colours.landAside,
    colours.land,
  ] as unknown as ExpressionSpecification
}

/** Hairlines thicken with the level's width in the country and with the zoom. */
const LINE_WIDTHS: Readonly<Record<Level, readonly [number, number]>> = {
  region: [0.9, 2.2],
  province: [0.6, 1.6],
  city: [0.15, 1],
}

function lineWidth(level: Level): ExpressionSpecification {
  const [far, near] = LINE_WIDTHS[level]
  return ['interpolate', ['linear'], ['zoom'], 5, far, 10, near]
}

const FOCUS_WIDTH: ExpressionSpecification = [
  'case',
  ['boolean', ['feature-state', 'around'], false],
  1.1,
  ['boolean', ['feature-state', 'picked'], false],
  2.5,
  ['boolean', ['feature-state', 'hovered'], false],
  1.75,
  0,
]

const FOCUS_HALO_WIDTH: ExpressionSpecification = [
  'case',
  ['boolean', ['feature-state', 'picked'], false],
  5,
  ['boolean', ['feature-state', 'hovered'], false],
  4,
  0,
]

export interface LevelLayers {
  readonly fill: FillLayerSpecification
  readonly line: LineLayerSpecification
  readonly halo: LineLayerSpecification
  readonly focus: LineLayerSpecification
}

export function levelLayers(
  level: Level,
  detail: BoundaryDetail,
  swatches: readonly string[],
  colours: MapColours,
): LevelLayers {
  const source = sourceId(level, detail)
  const still = { duration: 0, delay: 0 }
  const joined = { 'line-join': 'round', 'line-cap': 'round' } as const
  return {
    fill: {
      id: `${source}-fill`,
      type: 'fill',
      source,
      paint: {
        'fill-color': fillColour(swatches, colours),
        'fill-color-transition': still,
        'fill-opacity': 0,
        'fill-opacity-transition': still,
        'fill-antialias': false,
      },
    },
    line: {
      id: `${source}-line`,
      type: 'line',
      source,
      layout: joined,
      paint: {
        'line-color': level === 'city' ? colours.hairline : colours.border,
        'line-width': lineWidth(level),
        'line-opacity': 0,
        'line-opacity-transition': still,
      },
    },
    halo: {
      id: `${source}-halo`,
      type: 'line',
      source,
      layout: joined,
      paint: {
        'line-color': colours.focusHalo,
        'line-width': FOCUS_HALO_WIDTH,
        'line-opacity': 0,
        'line-opacity-transition': still,
      },
    },
    focus: {
      id: `${source}-focus`,
      type: 'line',
      source,
      layout: joined,
      paint: {
        'line-color': colours.focus,
        'line-width': FOCUS_WIDTH,
        'line-opacity': 0,
        'line-opacity-transition': still,
      },
    },
  }
}
