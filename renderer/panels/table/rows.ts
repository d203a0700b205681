import type { Catalogue } from '../../../app/contracts/worker.ts'
import type { Place } from '../../../app/domain/geography.ts'
import { coverage } from '../../../app/domain/metrics.ts'
import type { Choropleth } from '../../state/choropleth.ts'

export interface PlaceRow {
  readonly place: Place
  readonly value: number
  readonly share: number
  readonly sales: number
  readonly covered: number
}

export type SortKey = 'name' | 'value' | 'share' | 'sales' | 'covered'

export function placeRows({ members, painted }: Choropleth, catalogue: Catalogue): PlaceRow[] {
  const { selection, painting } = painted
  return members.flatMap(ordinal => {
    const place = catalogue.places[selection.level][ordinal]
    if (place === undefined) return []
    const value = painting.values[ordinal] ?? Number.NaN
    const sales = painting.sales[ordinal] ?? 0
    const covered = coverage({ sales, priced_sales: painting.pricedSales[ordinal] ?? 0 })
    return [{ place, value, share: value / painting.total.value, sales, covered }]
  })
}

/** Sorted by a column; what has no number comes last either way, ties go by name. */
export function sortRows(rows: readonly PlaceRow[], key: SortKey, descending: boolean): PlaceRow[] {
  const sign = descending ? -1 : 1
  const byName = (a: PlaceRow, b: PlaceRow) => a.place.name.localeCompare(b.place.name)
  return [...rows].sort((a, b) => {
    if (key === 'name') return sign * byName(a, b)
    const left = a[key]
    const right = b[key]
    if (!Number.isFinite(left) || !Number.isFinite(right)) {
      return Number(Number.isFinite(right)) - Number(Number.isFinite(left)) || byName(a, b)
    }
    return sign * (left - right) || byName(a, b)
  })
}
