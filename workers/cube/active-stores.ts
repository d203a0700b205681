import type { DayRange } from '../../app/domain/time.ts'
import type { StoreDays } from './store-days.ts'

/**
 * Different stores with a sale in a range of days, by city, exactly. A store counts at its first active day in the range: the row whose
 * previous active day lies before it. The range moves by single days, each touching that day's rows alone, so that a dragged brush
 * costs what it moved over.
 */
export class ActiveStores {
  readonly #days: StoreDays
  /** By city ordinal, for the days `[#from, #to]` counted from 1; empty while `#to < #from`. */
  readonly #counts: Int32Array
  #from = 1
  #to = 0

  constructor(days: StoreDays, cities: number) {
    this.#days = days
    this.#counts = new Int32Array(cities)
  }

  /** Counts by city ordinal. Valid until the next call. */
  in(range: DayRange): Int32Array {
    const { firstDay, days } = this.#days
    const from = Math.max(1, range.from - firstDay + 1)
    const to = Math.min(days, range.to - firstDay + 1)
    if (to < from) this.#restart(1)
    else {
      const kept = Math.min(to, this.#to) - Math.max(from, this.#from) + 1
      const moved = Math.abs(from - this.#from) + Math.abs(to - this.#to)
      if (kept <= 0 || moved > to - from + 1) this.#restart(from)
      this.#move(from, to)
    }
    return this.#counts
  }

  /** Stores that were active on each day, of the cities that `member` marks with 1. */
  byDay(member: Uint8Array): Float64Array<ArrayBuffer> {
    const { days, offsets, place } = this.#days
    const result = new Float64Array(days)
    for (let day = 0; day < days; day++) {
      let count = 0
      const end = offsets[day + 1] as number
      for (let row = offsets[day] as number; row < end; row++) count += member[place[row] as number] as number
      result[day] = count
    }
    return result
  }

  #restart(from: number): void {
    this.#counts.fill(0)
    this.#from = from
    this.#to = from - 1
  }

  #move(from: number, to: number): void {
    // Growing comes first: the range is never empty on the way, whichever end moves.
    while (this.#to < to) {
      this.#to++
      this.#countDay(this.#to, 1, 'previous')
    }
    while (this.#from > from) {
      this.#from--
      this.#countDay(this.#from, 1, 'next')
    }
    while (this.#to > to) {
      this.#countDay(this.#to, -1, 'previous')
      this.#to--
    }
    while (this.#from < from) {
      this.#countDay(this.#from, -1, 'next')
      this.#from++
    }
  }

  /** A row at one end counts when its store has no other day in the range: none before it, or none after. */
  #countDay(day: number, step: 1 | -1, other: 'previous' | 'next'): void {
    const { offsets, place, previous, next } = this.#days
    const end = offsets[day] as number
    for (let row = offsets[day - 1] as number; row < end; row++) {
      const alone =
        other === 'previous' ? (previous[row] as number) < this.#from : (next[row] as number) > this.#to
      if (alone) {
        const city = place[row] as number
        this.#counts[city] = (this.#counts[city] as number) + step
      }
    }
  }
}
