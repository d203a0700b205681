import type { LongWork } from '../../app/contracts/long-work.ts'
import type { Manifest, Partition } from '../../app/contracts/manifest.ts'
import type { Anomaly, CubeStage } from '../../app/contracts/worker.ts'
import type { DatasetId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { HeldVersion } from '../store/state.ts'
import type { Store } from '../store/store.ts'
import { readAnomalies } from './anomalies.ts'
import { type ParquetReader, readBatches } from './arrow-columns.ts'
import { BasketDaysBuilder } from './basket-days.ts'
import type { Facts } from './facts.ts'
import { SalesBuilder } from './sales-builder.ts'
import { StoreDaysBuilder } from './store-days.ts'

const FACT_DATASETS = [
  'gold.sales_cube',
  'gold.store_days',
  'platinum.anomaly_detection',
  'platinum.basket_clusters',
] as const satisfies DatasetId[]
type FactDataset = (typeof FACT_DATASETS)[number]

/**
 * Decodes and merges the partitions of all manifests of a version. The next file is read from the disk while one is decoded.
 *
 * @param cities City ordinal by code.
 * @throws ScoutError `partition_invalid`, `blob_missing`, `blob_hash_mismatch`, `cancelled`.
 */
export async function readFacts(
  store: Store,
  version: HeldVersion,
  read: ParquetReader,
  cities: ReadonlyMap<string, number>,
  { signal, onProgress }: LongWork<CubeStage>,
): Promise<Facts> {
  const files = await factFiles(store, version)
  const totalBytes = files.reduce((sum, { partition }) => sum + partition.bytes, 0)
  const totalRows = files.reduce((sum, { partition }) => sum + partition.rows, 0)
  const sales = new SalesBuilder(cities)
  const storeDays = new StoreDaysBuilder(cities)
  const anomalies: Anomaly[] = []
  const baskets = new BasketDaysBuilder(cities)
  let bytes = 0
  let rows = 0
  const readFile = (at: number) => {
    const file = files[at]
    const reading = file && store.readBlob(file.partition.sha256)
    // It is awaited a turn later: until then its failure belongs to nobody.
    reading?.catch(() => undefined)
    return reading
  }
  let upcoming = readFile(0)
  for (const [at, { dataset, partition }] of files.entries()) {
    const parquet = await upcoming
    upcoming = readFile(at + 1)
    if (!parquet) throw new ScoutError('internal')
    if (signal?.aborted) throw new ScoutError('cancelled')
    bytes += parquet.byteLength
    onProgress?.({ stage: 'read', done: bytes, total: totalBytes })
    for (const batch of readBatches(read, parquet)) {
      if (dataset === 'gold.sales_cube') sales.add(batch)
      else if (dataset === 'gold.store_days') storeDays.add(batch)
      else if (dataset === 'platinum.basket_clusters') baskets.add(batch)
      else anomalies.push(...readAnomalies(batch))
    }
    rows += partition.rows
    onProgress?.({ stage: 'decode', done: rows, total: totalRows })
  }
  anomalies.sort((a, b) => a.day - b.day || (a.place < b.place ? -1 : 1))
  return { sales: sales.build(), storeDays: storeDays.build(), anomalies, baskets: baskets.build() }
}

async function factFiles(
  store: Store,
  version: HeldVersion,
): Promise<{ dataset: FactDataset; partition: Partition }[]> {
  const held = version.manifests.filter(({ dataset_id }) => isFact(dataset_id))
  const manifests: Manifest[] = await Promise.all(held.map(({ sha256 }) => store.readManifest(sha256)))
  return manifests.flatMap(({ dataset_id, partitions }) =>
    isFact(dataset_id) ? partitions.map(partition => ({ dataset: dataset_id, partition })) : [],
  )
}

function isFact(dataset: DatasetId): dataset is FactDataset {
  return FACT_DATASETS.some(id => id === dataset)
}
