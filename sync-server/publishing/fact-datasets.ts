import { DATASET_COLUMNS } from '../../app/contracts/datasets.ts'
import type { Column } from '../../app/contracts/manifest.ts'
import type { DatasetId } from '../../app/domain/ids.ts'

/** A dataset of facts: one manifest a region, one partition a month or year. */
export interface FactDataset {
  readonly id: DatasetId
  readonly title: string
  readonly grain: string
  readonly columns: readonly Column[]
  /** What a partition holds of a region. A file costs a laptop some 11 ms at its first sync: small datasets have few. */
  readonly partitionedBy: 'month' | 'year'
  /** Columns by whose range a reader may skip a partition. */
  readonly ranged: readonly string[]
  /**
   * File in `sql/publish`: parameter $1 is the tenant; columns `region`, the month or year, then those of the dataset in order; rows in the order in
   * which they are published.
   */
  readonly select: string
  /** Relation of the medallion whose runs are its lineage. */
  readonly model: string
}

export const FACT_DATASETS: readonly FactDataset[] = [
  {
    id: 'gold.sales_cube',
    title: 'Sales cube',
    grain: 'One city or municipality, day, time of day, channel, customer type and main category.',
    columns: DATASET_COLUMNS['gold.sales_cube'],
    partitionedBy: 'month',
    ranged: ['day', 'place'],
    select: 'sales-cube.sql',
    model: 'scout.gold_sales_cube',
  },
  {
    id: 'gold.store_days',
    title: 'Store days',
    grain: 'One store and day with at least one sale.',
    columns: DATASET_COLUMNS['gold.store_days'],
    partitionedBy: 'month',
    ranged: ['day', 'place'],
    select: 'store-days.sql',
    model: 'scout.gold_store_days',
  },
  {
    id: 'gold.sale_lines',
    title: 'Sale lines',
    grain: 'One line of a sale, or a sale without lines.',
    columns: DATASET_COLUMNS['gold.sale_lines'],
    partitionedBy: 'month',
    ranged: ['day', 'place'],
    select: 'sale-lines.sql',
    // The relation itself is a view of silver.
    model: 'scout.silver_line_items',
  },
  {
    id: 'platinum.anomaly_detection',
    title: 'Anomalies',
    grain: 'One region, province or city, day and metric whose robust z-score reaches 3.5 either way.',
    columns: DATASET_COLUMNS['platinum.anomaly_detection'],
    partitionedBy: 'year',
    ranged: ['day'],
    select: 'anomalies.sql',
    model: 'scout.anomaly_detection',
  },
  {
    id: 'platinum.basket_clusters',
    title: 'Basket clusters',
    grain: 'One city or municipality, day and kind of basket.',
    columns: DATASET_COLUMNS['platinum.basket_clusters'],
    partitionedBy: 'year',
    ranged: ['day', 'place'],
    select: 'basket-clusters.sql',
    model: 'scout.basket_cluster_days',
  },
]
