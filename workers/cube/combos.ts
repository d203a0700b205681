import {
  FILTER_DIMENSIONS,
  type FilterDimension,
  type Filters,
  type FilterValue,
} from '../../app/domain/filters.ts'

/**
 * One code for every combination of filter values that occurs. A row carries that code alone; a filter is a table of which codes
 * pass, so that testing a row is one look-up whatever is filtered.
 */
export interface Combos {
  readonly count: number
  /** Values by dimension: sorted, unknown last. */
  readonly values: Readonly<Record<FilterDimension, readonly FilterValue[]>>
  /** Position in `values` by dimension, of every combination: `codes[dimension][combo]`. */
  readonly codes: Readonly<Record<FilterDimension, Uint16Array>>
}

/** 1 for each combination that passes. A dimension that is not filtered lets all through. */
export function passing(combos: Combos, filters: Filters): Uint8Array {
  const keep = new Uint8Array(combos.count).fill(1)
  for (const dimension of FILTER_DIMENSIONS) {
    const wanted = filters[dimension]
    if (wanted === undefined) continue
    const allowed = combos.values[dimension].map(value => (wanted.includes(value) ? 1 : 0))
    const codes = combos.codes[dimension]
    for (let combo = 0; combo < combos.count; combo++)
      keep[combo] = (keep[combo] ?? 0) & (allowed[codes[combo] ?? 0] ?? 0)
  }
  return keep
}

/** Gives combinations their codes while partitions, each with its own dictionaries, come in. */
export class ComboBuilder {
  readonly #values: FilterValue[][] = FILTER_DIMENSIONS.map(() => [])
  readonly #valueCodes = FILTER_DIMENSIONS.map(() => new Map<FilterValue, number>())
  readonly #combos = new Map<string, number>()
  readonly #codes: number[][] = []

  /** Code of a value over all partitions. */
  value(dimension: number, value: FilterValue): number {
    const codes = this.#valueCodes[dimension]
    const known = codes?.get(value)
    if (known !== undefined) return known
    const code = (this.#values[dimension]?.push(value) ?? 0) - 1
    codes?.set(value, code)
    return code
  }

  /** Code of a combination of value codes, one a dimension. */
  combo(codes: readonly number[]): number {
    const key = codes.join()
    const known = this.#combos.get(key)
    if (known !== undefined) return known
    const combo = this.#codes.push([...codes]) - 1
    this.#combos.set(key, combo)
    return combo
  }

  build(): Combos {
    const values: Partial<Record<FilterDimension, readonly FilterValue[]>> = {}
    const codes: Partial<Record<FilterDimension, Uint16Array>> = {}
    FILTER_DIMENSIONS.forEach((dimension, d) => {
      const found = this.#values[d] ?? []
      const sorted = [...found].sort(unknownLast)
      values[dimension] = sorted
      codes[dimension] = Uint16Array.from(this.#codes, combo => sorted.indexOf(found[combo[d] ?? 0] ?? null))
    })
    return { count: this.#codes.length, values: values as Combos['values'], codes: codes as Combos['codes'] }
  }
}

function unknownLast(a: FilterValue, b: FilterValue): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null)
  return a < b ? -1 : a > b ? 1 : 0
}
