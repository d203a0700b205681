import type { Catalogue } from '../../app/contracts/worker.ts'
import type { Place } from '../../app/domain/geography.ts'
import { isInside } from '../state/choropleth.ts'

/** West, south, east, north in degrees. */
export type Bounds = readonly [number, number, number, number]

const KM_PER_DEGREE = 111.32
/** Places are longer than wide, and their point lies anywhere inside. */
const LONGISH = 1.4
/** Area of a place that does not say, square kilometres. */
const USUAL_AREA = 150

/**
 * About where a place lies, from the points and areas of the narrowest places inside it: no geometry on the page. Cut to
 * the pack's view, so that one remote islet does not push a whole province to the edge.
 */
export function placeBounds(place: Place, catalogue: Catalogue): Bounds {
  const parts = catalogue.places.city.filter(city => isInside(city, place.code))
  const boxes = (parts.length > 0 ? parts : [place]).map(boxOf)
  const [west, south, east, north] = catalogue.pack.bounds
  const inView = boxes.filter(box => box[2] > west && box[0] < east && box[3] > south && box[1] < north)
  return (inView.length > 0 ? inView : boxes).reduce((a, b) => [
    Math.min(a[0], b[0]),
    Math.min(a[1], b[1]),
    Math.max(a[2], b[2]),
    Math.max(a[3], b[3]),
  ])
}

function boxOf({ lon, lat, areaSqkm }: Place): Bounds {
  const half = (Math.sqrt(areaSqkm ?? USUAL_AREA) / 2 / KM_PER_DEGREE) * LONGISH
  const wide = half / Math.cos((lat * Math.PI) / 180)
  return [lon - wide, lat - half, lon + wide, lat + half]
}
