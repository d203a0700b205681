import type { Anomaly, Catalogue } from '../../app/contracts/worker.ts'
import type { Level, Place } from '../../app/domain/geography.ts'
import type { Choropleth } from '../state/choropleth.ts'
import type { LabelPlace } from './label-canvas.ts'
import { labelLines, shortName } from './label-layout.ts'

const KM_PER_DEGREE = 111.32
/** Widest places are always named; a narrower one when it is about as wide as this part of its name. */
const FIT: Readonly<Record<Level, number>> = { region: 0, province: 0.5, city: 0.6 }

/** Names of the places that are compared, larger populations first, and how often each stood out in the period. */
export function mapLabels(
  { members, painted }: Choropleth,
  catalogue: Catalogue,
  anomalies: readonly Anomaly[],
): LabelPlace[] {
  const { selection, painting } = painted
  const unusual = new Map<string, number>()
  for (const { place, day } of anomalies) {
    if (day >= selection.range.from && day <= selection.range.to)
      unusual.set(place, (unusual.get(place) ?? 0) + 1)
  }
  return members.flatMap(ordinal => {
    const place = catalogue.places[selection.level][ordinal]
    if (place === undefined) return []
    return {
      lines: linesOf(place),
      lon: place.lon,
      lat: place.lat,
      weight: place.population ?? 0,
      strong: Number.isFinite(painting.values[ordinal]),
      extent: Math.sqrt(place.areaSqkm ?? 0) / KM_PER_DEGREE,
      fit: FIT[selection.level],
      anomalies: unusual.get(place.code) ?? 0,
    }
  })
}

const known = new WeakMap<Place, readonly string[]>()

function linesOf(place: Place): readonly string[] {
  let lines = known.get(place)
  if (lines === undefined) {
    lines = labelLines(shortName(place.name, place.aliases))
    known.set(place, lines)
  }
  return lines
}
