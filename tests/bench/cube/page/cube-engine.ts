import type { Place } from '../../../../app/domain/geography.ts'
import { type ParquetReader, readBatches } from '../../../../workers/cube/arrow-columns.ts'
import { BasketDaysBuilder } from '../../../../workers/cube/basket-days.ts'
import { Cube } from '../../../../workers/cube/cube.ts'
import { Geography } from '../../../../workers/cube/geography.ts'
import { readPlaces } from '../../../../workers/cube/places.ts'
import { SalesBuilder } from '../../../../workers/cube/sales-builder.ts'
import { StoreDaysBuilder } from '../../../../workers/cube/store-days.ts'
import type { Answer, Engine } from './question.ts'

/** Ours: the product's cube, as its worker makes it. */
export function loadCube(
  partitions: readonly Uint8Array[],
  placesParquet: Uint8Array,
  read: ParquetReader,
): { readonly ms: number; readonly cube: Cube; readonly engine: Engine } {
  const places = readPlaces(read, placesParquet)
  const start = performance.now()
  const geography = new Geography(places, null)
  const sales = new SalesBuilder(geography.cities)
  for (const parquet of partitions) for (const batch of readBatches(read, parquet)) sales.add(batch)
  const cube = new Cube(
    sales.build(),
    new StoreDaysBuilder(geography.cities).build(),
    new BasketDaysBuilder(geography.cities).build(),
    geography,
  )
  return { ms: performance.now() - start, cube, engine: engineOn(cube, places.city) }
}

function engineOn(cube: Cube, cities: readonly Place[]): Engine {
  return {
    async ask({ range, filters }) {
      const start = performance.now()
      const painting = cube.paint({ metric: 'net_sales', level: 'city', within: null, range, filters })
      const ms = performance.now() - start
      const read = (): Answer =>
        new Map(
          cities.flatMap(({ code }, ordinal) => {
            const sales = painting.sales[ordinal] as number
            const priced = painting.pricedSales[ordinal] as number
            // The metric is unknown, not zero, where no sale has a price.
            const netCents = priced > 0 ? Math.round((painting.values[ordinal] as number) * 100) : 0
            return sales > 0 ? [[code, { sales, priced, netCents }] as const] : []
          }),
        )
      return { ms, read }
    },
  }
}
