import { ScoutError } from '../../app/errors.ts'
import type { TextColumn } from './arrow-columns.ts'

/** City ordinal row by row. Throws `partition_invalid` on a place that the geography does not have. */
export function placeOrdinals(place: TextColumn, ordinals: ReadonlyMap<string, number>): Uint16Array {
  const byCode = place.values.map(code => ordinals.get(code ?? '') ?? -1)
  const result = new Uint16Array(place.codes.length)
  for (let row = 0; row < result.length; row++) {
    const code = place.codes[row] as number
    const ordinal = byCode[code] as number
    if (ordinal < 0) {
      throw new ScoutError('partition_invalid', { details: { column: 'place', unknown: place.values[code] } })
    }
    result[row] = ordinal
  }
  return result
}
