import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MultiPolygon, Position } from 'geojson'
import { feature } from 'topojson-client'
import { type Detail, invalid, type PackFiles, type PackManifest } from './pack-files.ts'

type Topology = Parameters<typeof feature>[0]

export interface Boundary {
  readonly code: string
  readonly geometry: MultiPolygon
}

/** The boundaries of one level, ordered by code. TopoJSON shares arcs, so neighbours touch exactly. */
export function readBoundaries(
  pack: PackFiles,
  level: PackManifest['levels'][number],
  detail: Detail,
): Boundary[] {
  const file = level.boundaries[detail]
  const topology = readTopology(join(pack.directory, file))
  const collection = topology.objects[level.object]
  if (collection?.type !== 'GeometryCollection') throw invalid(file, `it has no object ${level.object}`)
  return feature(topology, collection)
    .features.map(({ properties, geometry }) => {
      const code = new Map(Object.entries(properties ?? {})).get(pack.manifest.codeInBoundaries)
      if (typeof code !== 'string') throw invalid(file, `a shape has no ${pack.manifest.codeInBoundaries}`)
      if (geometry.type === 'Polygon') {
        return { code, geometry: { type: 'MultiPolygon' as const, coordinates: [geometry.coordinates] } }
      }
      if (geometry.type === 'MultiPolygon') return { code, geometry }
      throw invalid(file, `${code} is no polygon but a ${geometry.type}`)
    })
    .sort((a, b) => (a.code < b.code ? -1 : 1))
}

/**
 * Coordinates rounded to so many decimals (5 is about a metre, 4 about ten). Points that fall together become one; a ring that vanishes
 * by it is dropped, unless it is the last of the place: then it keeps the decimals it needs.
 */
export function roundedGeometry(geometry: MultiPolygon, decimals: number): MultiPolygon {
  const coordinates = geometry.coordinates
    .map(polygon => {
      const [outer, ...holes] = polygon.map(ring => roundedRing(ring, decimals))
      return outer === undefined || outer.length < 4 ? [] : [outer, ...holes.filter(hole => hole.length >= 4)]
    })
    .filter(polygon => polygon.length > 0)
  if (coordinates.length > 0) return { type: 'MultiPolygon', coordinates }
  return decimals < 9 ? roundedGeometry(geometry, decimals + 1) : geometry
}

function roundedRing(ring: readonly Position[], decimals: number): Position[] {
  const scale = 10 ** decimals
  const rounded: Position[] = []
  for (const [x = 0, y = 0] of ring) {
    const point = [Math.round(x * scale) / scale, Math.round(y * scale) / scale]
    const last = rounded.at(-1)
    if (last === undefined || last[0] !== point[0] || last[1] !== point[1]) rounded.push(point)
  }
  return rounded
}

function readTopology(file: string): Topology {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof value === 'object' && value !== null && 'type' in value && value.type === 'Topology') {
      return value as Topology
    }
  } catch (error) {
    throw invalid(file, 'it is no JSON', error)
  }
  throw invalid(file, 'it is no TopoJSON')
}
