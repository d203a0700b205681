import type { DayRange } from '../../app/domain/time.ts'
import type { BasketDays } from './basket-days.ts'

/**
 * Sales of a range of days by city and kind of basket. The range moves by single days, each touching that day's rows alone, so that a
 * dragged brush costs what it moved over.
 */
export class BasketCounts {
  readonly #days: BasketDays
  /** By city ordinal × clusters + cluster, for the days `[#from, #to)` counted from the first. */
  readonly #counts: Float64Array
  #from = 0
  #to = 0

  constructor(days: BasketDays, cities: number) {
    this.#days = days
    this.#counts = new Float64Array(cities * days.clusters.length)
  }

  get bytes(): number {
    const { offsets, place, cluster, sales } = this.#days
    return [offsets, place, cluster, sales, this.#counts].reduce((sum, array) => sum + array.byteLength, 0)
  }

  /** Position of a kind of basket, or -1. */
  position(cluster: string | null | undefined): number {
    return this.#days.clusters.findIndex(({ id }) => id === cluster)
  }

  /** Sales of one kind (`position`), or of every kind that was found (null), by slot of the city; a city of slot -1 is left out. */
  sum(range: DayRange, position: number | null, slots: ArrayLike<number>, count: number): Float64Array {
    this.#moveTo(range)
    const { clusters } = this.#days
    const sums = new Float64Array(count)
    for (let city = 0; city < slots.length; city++) {
      const slot = slots[city] as number
      if (slot < 0 || slot >= count) continue
      for (let at = 0; at < clusters.length; at++) {
        const asked = position === null ? clusters[at]?.found : at === position
        if (asked) sums[slot] = (sums[slot] as number) + (this.#counts[city * clusters.length + at] as number)
      }
    }
    return sums
  }

  /** Sales by kind, of the cities that `member` marks with 1. */
  mix(range: DayRange, member: Uint8Array): Float64Array {
    this.#moveTo(range)
    const { length } = this.#days.clusters
    const sales = new Float64Array(length)
    for (let city = 0; city < member.length; city++) {
      if (member[city] !== 1) continue
      for (let at = 0; at < length; at++)
        sales[at] = (sales[at] as number) + (this.#counts[city * length + at] as number)
    }
    return sales
  }

  /** Sales of one kind, or of every kind that was found, on each day from `firstDay` on, of the cities that `member` marks with 1. */
  byDay(position: number | null, member: Uint8Array, firstDay: number, days: number): Float64Array {
    const { offsets, place, cluster, sales, clusters } = this.#days
    const result = new Float64Array(days)
    for (let day = 0; day < days; day++) {
      const own = day + firstDay - this.#days.firstDay
      if (own < 0 || own >= this.#days.days) continue
      const end = offsets[own + 1] as number
      for (let row = offsets[own] as number; row < end; row++) {
        const at = cluster[row] as number
        const asked = position === null ? clusters[at]?.found : at === position
        if (asked && member[place[row] as number] === 1)
          result[day] = (result[day] as number) + (sales[row] as number)
      }
    }
    return result
  }

  #moveTo(range: DayRange): void {
    const { firstDay, days } = this.#days
    const within = (day: number) => Math.min(days, Math.max(0, day))
    const from = within(range.from - firstDay)
    const to = Math.max(from, within(range.to - firstDay + 1))
    const kept = Math.min(to, this.#to) - Math.max(from, this.#from)
    const moved = Math.abs(from - this.#from) + Math.abs(to - this.#to)
    if (kept <= 0 || moved > to - from) {
      this.#counts.fill(0)
      this.#from = from
      this.#to = from
    }
    while (this.#to < to) this.#add(this.#to++, 1)
    while (this.#from > from) this.#add(--this.#from, 1)
    while (this.#to > to) this.#add(--this.#to, -1)
    while (this.#from < from) this.#add(this.#from++, -1)
  }

  #add(day: number, sign: 1 | -1): void {
    const { offsets, place, cluster, sales, clusters } = this.#days
    const end = offsets[day + 1] as number
    for (let row = offsets[day] as number; row < end; row++) {
      const at = (place[row] as number) * clusters.length + (cluster[row] as number)
      this.#counts[at] = (this.#counts[at] as number) + sign * (sales[row] as number)
    }
  }
}
