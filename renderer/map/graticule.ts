import type { Feature, MultiLineString } from 'geojson'

const STEP_DEGREES = 2
const POLAR_LIMIT = 84

/** Meridians and parallels every two degrees, all around: the sea's only drawing, whatever the country. */
export const graticule: Feature<MultiLineString> = {
  type: 'Feature',
  properties: {},
  geometry: { type: 'MultiLineString', coordinates: [...meridians(), ...parallels()] },
}

function meridians(): number[][][] {
  return steps(-180, 180).map(lon => [
    [lon, -POLAR_LIMIT],
    [lon, POLAR_LIMIT],
  ])
}

function parallels(): number[][][] {
  return steps(-POLAR_LIMIT, POLAR_LIMIT).map(lat => [
    [-180, lat],
    [180, lat],
  ])
}

function steps(from: number, to: number): number[] {
  return Array.from({ length: (to - from) / STEP_DEGREES + 1 }, (_, i) => from + i * STEP_DEGREES)
}
