import { DATASET_COLUMNS } from '../../../app/contracts/datasets.ts'
import { dayFromIso, isoFromDay, monthOfDay } from '../../../app/domain/time.ts'
import { columnBuilder } from '../../../sync-server/publishing/column-builder.ts'
import { encodeParquet } from '../../../sync-server/publishing/parquet.ts'
import { BENCH_SHAPE, type SalesShape } from './bench-shape.ts'
import { seeded } from './random.ts'

export interface SalesPartition {
  readonly region: string
  readonly month: string
  readonly rows: number
  readonly firstDay: string
  readonly lastDay: string
  readonly parquet: Uint8Array
}

/**
 * The partitions of the sales cube that publishing would write: one a region and month, sorted by place, day and dimensions, by
 * publishing's own encoder.
 */
export function* salesPartitions(
  places: readonly { readonly code: string; readonly region: string }[],
  shape: SalesShape = BENCH_SHAPE,
): Generator<SalesPartition> {
  const first = dayFromIso(shape.firstDay)
  const byMonth = Map.groupBy(
    Array.from({ length: shape.days }, (_, i) => first + i),
    monthOfDay,
  )
  const byRegion = Map.groupBy(
    places.toSorted((a, b) => (a.code < b.code ? -1 : 1)),
    place => place.region,
  )
  for (const [region, members] of [...byRegion].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const [month, days] of byMonth) yield partition(region, month, members, days, shape)
  }
}

function partition(
  region: string,
  month: string,
  places: readonly { readonly code: string }[],
  days: readonly number[],
  shape: SalesShape,
): SalesPartition {
  const builders = DATASET_COLUMNS['gold.sales_cube'].map(columnBuilder)
  let rows = 0
  for (const { code } of places) {
    for (const day of days) {
      const random = seeded(
        shape.seed ^ Math.imul(day, 0x9e3779b1) ^ Math.imul(Number(code.slice(0, 7)), 0x85ebca6b),
      )
      for (const cell of cells(shape)) {
        if (random() < shape.absent) continue
        const sales = 1 + Math.floor(random() * random() * 40)
        const priced = sales - (random() < 0.1 ? Math.ceil(random() * sales) : 0)
        const net = Math.round(priced * (20 + random() * 280) * 100) / 100
        const units = sales + Math.floor(random() * sales * 6)
        const row = [code, day, ...cell, sales, priced, net, units]
        for (const [i, builder] of builders.entries()) builder.append(row[i])
        rows += 1
      }
    }
  }
  return {
    region,
    month,
    rows,
    firstDay: isoFromDay(days[0] ?? 0),
    lastDay: isoFromDay(days.at(-1) ?? 0),
    parquet: encodeParquet(builders, rows),
  }
}

function* cells({ timesOfDay, channels, customerTypes, categories }: SalesShape) {
  for (const timeOfDay of timesOfDay) {
    for (const channel of channels) {
      for (const customerType of customerTypes) {
        for (const category of categories) yield [timeOfDay, channel, customerType, category] as const
      }
    }
  }
}
