import type { RecordBatch } from 'apache-arrow'
import type { BasketCluster } from '../../app/contracts/worker.ts'
import type { Day } from '../../app/domain/time.ts'
import { ScoutError } from '../../app/errors.ts'
import { float64Column, int32Column, textColumn } from './arrow-columns.ts'
import { bounds, toOffsets } from './counting.ts'
import { type IntegerColumn, narrowest } from './narrowest.ts'
import { placeOrdinals } from './place-ordinals.ts'

/** Sales by city and kind of basket: rows of day `d` (from 0) are `offsets[d]` to `offsets[d + 1]`. */
export interface BasketDays {
  readonly clusters: readonly BasketCluster[]
  readonly firstDay: Day
  readonly days: number
  readonly offsets: Uint32Array
  /** City ordinal. */
  readonly place: Uint16Array
  /** Position in `clusters`. */
  readonly cluster: Uint8Array
  readonly sales: IntegerColumn
}

interface Batch {
  readonly day: Int32Array
  readonly place: Uint16Array
  /** Position in the order of appearance. */
  readonly cluster: Uint8Array
  readonly sales: Int32Array
}

const MOST_CLUSTERS = 0xff

/** Merges partitions; each says itself what its clusters are. */
export class BasketDaysBuilder {
  readonly #ordinals: ReadonlyMap<string, number>
  readonly #clusters = new Map<string, { readonly cluster: BasketCluster; readonly position: number }>()
  readonly #batches: Batch[] = []

  /** @param ordinals City ordinal by code. */
  constructor(ordinals: ReadonlyMap<string, number>) {
    this.#ordinals = ordinals
  }

  /** @throws ScoutError `partition_invalid`. */
  add(batch: RecordBatch): void {
    const cluster = textColumn(batch, 'cluster')
    this.#describe(batch, cluster)
    const order = [...this.#clusters.keys()]
    if (order.length > MOST_CLUSTERS)
      throw new ScoutError('partition_invalid', { details: { clusters: order.length } })
    const known = cluster.values.map(id => order.indexOf(id ?? ''))
    this.#batches.push({
      day: int32Column(batch, 'day').slice(),
      place: placeOrdinals(textColumn(batch, 'place'), this.#ordinals),
      cluster: Uint8Array.from(cluster.codes, code => known[code] as number),
      sales: int32Column(batch, 'sales').slice(),
    })
  }

  build(): BasketDays {
    const listed = [...this.#clusters.values()]
    const sorted = [...listed].sort(
      (a, b) => a.position - b.position || (a.cluster.id < b.cluster.id ? -1 : 1),
    )
    const placeIn = listed.map(entry => sorted.indexOf(entry))
    const [firstDay, lastDay] = bounds(this.#batches.map(({ day }) => day)) ?? [0, -1]
    const days = lastDay - firstDay + 1
    const offsets = new Uint32Array(days + 1)
    for (const { day } of this.#batches) {
      for (const at of day) offsets[at - firstDay + 1] = (offsets[at - firstDay + 1] as number) + 1
    }
    toOffsets(offsets)
    const rows = offsets[days] ?? 0
    const place = new Uint16Array(rows)
    const cluster = new Uint8Array(rows)
    const sales = narrowest(...(bounds(this.#batches.map(batch => batch.sales)) ?? [0, 0]), rows)
    const free = offsets.slice()
    for (const batch of this.#batches) {
      for (let row = 0; row < batch.day.length; row++) {
        const day = (batch.day[row] as number) - firstDay
        const at = free[day] as number
        free[day] = at + 1
        place[at] = batch.place[row] as number
        cluster[at] = placeIn[batch.cluster[row] as number] as number
        sales[at] = batch.sales[row] as number
      }
    }
    return {
      clusters: sorted.map(({ cluster: one }) => one),
      firstDay,
      days,
      offsets,
      place,
      cluster,
      sales,
    }
  }

  /** Takes a cluster from its first row. */
  #describe(batch: RecordBatch, { codes, values }: ReturnType<typeof textColumn>): void {
    const waiting = new Set(
      values.flatMap((id, code) => (id === null || this.#clusters.has(id) ? [] : [code])),
    )
    if (waiting.size === 0) return
    const name = textColumn(batch, 'name')
    const description = textColumn(batch, 'description')
    const position = int32Column(batch, 'position')
    const silhouette = float64Column(batch, 'silhouette')
    const stability = float64Column(batch, 'stability')
    const sample = int32Column(batch, 'sample')
    for (let row = 0; row < batch.numRows && waiting.size > 0; row++) {
      const code = codes[row] as number
      if (!waiting.delete(code)) continue
      const id = values[code] as string
      // Null reads as 0; a cluster that was found counts from 1.
      const found = (position[row] as number) > 0
      const cluster: BasketCluster = {
        id,
        name: name.values[name.codes[row] as number] ?? id,
        description: description.values[description.codes[row] as number] ?? '',
        found,
        silhouette: found ? (silhouette[row] as number) : null,
        stability: stability[row] as number,
        sample: sample[row] as number,
      }
      this.#clusters.set(id, {
        cluster,
        position: found ? (position[row] as number) : Number.MAX_SAFE_INTEGER,
      })
    }
  }
}
