import { BENCH_SHAPE, type SalesShape } from './bench-shape.ts'
import { boundaryPublications, placesFile, readGeography } from './geography.ts'
import { Publication, type PublishedFile } from './publication.ts'
import { salesPartitions } from './sales.ts'

/** The whole of what a laptop syncs before a cold start: the real geography with its boundaries, and the bench's 3.6 million rows. */
export async function benchPublication(shape: SalesShape = BENCH_SHAPE): Promise<Publication> {
  const geography = readGeography()
  return Publication.of(
    [placesFile(geography.places), ...boundaryPublications(), ...salesFiles(geography.cities, shape)],
    {
      pack: geography.pack,
    },
  )
}

export function salesFiles(
  cities: readonly { readonly code: string; readonly region: string }[],
  shape: SalesShape = BENCH_SHAPE,
): PublishedFile[] {
  return Array.from(salesPartitions(cities, shape), ({ region, month, rows, parquet }) => ({
    dataset: 'gold.sales_cube' as const,
    region,
    format: 'parquet' as const,
    rows,
    values: { month },
    bytes: parquet,
  }))
}
