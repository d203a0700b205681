import type { RecordBatch } from 'apache-arrow'
import type { Day } from '../../app/domain/time.ts'
import { ScoutError } from '../../app/errors.ts'
import { int32Column, textColumn } from './arrow-columns.ts'
import { bounds, toOffsets } from './counting.ts'
import { placeOrdinals } from './place-ordinals.ts'

/** No earlier active day. */
const NEVER = 0
/** No later active day. */
const NO_NEXT = 0xffff

/**
 * Which stores sold something on which days: one row a store and day, by day. A row knows the days on which the same store was active
 * before and after it: that is what counting different stores over any range needs. Days count from 1 = `firstDay`.
 */
export interface StoreDays {
  readonly rows: number
  readonly firstDay: Day
  readonly days: number
  /** Rows of day `d` (from 0) are `offsets[d]` to `offsets[d + 1]`. */
  readonly offsets: Uint32Array
  /** City ordinal. */
  readonly place: Uint16Array
  readonly previous: Uint16Array
  readonly next: Uint16Array
}

interface Batch {
  readonly store: Int32Array
  readonly place: Uint16Array
  readonly day: Int32Array
}

/** Merges partitions. A store that moved counts as one store in each place. */
export class StoreDaysBuilder {
  readonly #ordinals: ReadonlyMap<string, number>
  readonly #stores = new Map<string, number>()
  readonly #batches: Batch[] = []

  /** @param ordinals City ordinal by code. */
  constructor(ordinals: ReadonlyMap<string, number>) {
    this.#ordinals = ordinals
  }

  /** @throws ScoutError `partition_invalid`. */
  add(batch: RecordBatch): void {
    const store = textColumn(batch, 'store')
    const placeOf = placeOrdinals(textColumn(batch, 'place'), this.#ordinals)
    const tags = new Map<number, number>()
    const tagOf = (row: number) => {
      const code = store.codes[row] as number
      const key = code * 0x10000 + (placeOf[row] as number)
      const known = tags.get(key)
      if (known !== undefined) return known
      const tag = this.#tag(`${placeOf[row]}/${store.values[code]}`)
      tags.set(key, tag)
      return tag
    }
    this.#batches.push({
      store: Int32Array.from({ length: batch.numRows }, (_, row) => tagOf(row)),
      place: placeOf,
      day: int32Column(batch, 'day').slice(),
    })
  }

  build(): StoreDays {
    const rows = this.#batches.reduce((sum, batch) => sum + batch.day.length, 0)
    const [firstDay, lastDay] = bounds(this.#batches.map(({ day }) => day)) ?? [0, -1]
    const days = lastDay - firstDay + 1
    if (days >= NO_NEXT) throw new ScoutError('partition_invalid', { details: { days } })
    const offsets = new Uint32Array(days + 1)
    for (const { day } of this.#batches) {
      for (const at of day) offsets[at - firstDay + 1] = (offsets[at - firstDay + 1] as number) + 1
    }
    toOffsets(offsets)

    const place = new Uint16Array(rows)
    const store = new Int32Array(rows)
    const free = offsets.slice()
    for (const batch of this.#batches) {
      for (let row = 0; row < batch.day.length; row++) {
        const day = (batch.day[row] as number) - firstDay
        const at = free[day] as number
        free[day] = at + 1
        place[at] = batch.place[row] as number
        store[at] = batch.store[row] as number
      }
    }
    return {
      rows,
      firstDay,
      days,
      offsets,
      place,
      ...linkDays(offsets, store, this.#stores.size),
    }
  }

  #tag(store: string): number {
    const tag = this.#stores.get(store) ?? this.#stores.size
    this.#stores.set(store, tag)
    return tag
  }
}

function linkDays(offsets: Uint32Array, store: Int32Array, stores: number) {
  const previous = new Uint16Array(store.length).fill(NEVER)
  const next = new Uint16Array(store.length).fill(NO_NEXT)
  const lastRow = new Int32Array(stores).fill(-1)
  const lastDay = new Uint16Array(stores)
  for (let day = 0; day + 1 < offsets.length; day++) {
    for (let row = offsets[day] as number; row < (offsets[day + 1] as number); row++) {
      const tag = store[row] as number
      const before = lastRow[tag] as number
      if (before >= 0) {
        previous[row] = lastDay[tag] as number
        next[before] = day + 1
      }
      lastRow[tag] = row
      lastDay[tag] = day + 1
    }
  }
  return { previous, next }
}
