import type { FilterDimension, FilterValue } from '../domain/filters.ts'
import type { Level, PackInfo, Place } from '../domain/geography.ts'
import type { DatasetId, PlaceCode, SemanticVersion } from '../domain/ids.ts'
import type { Measures } from '../domain/metrics.ts'
import type { Selection } from '../domain/selection.ts'
import type { Day, DayRange } from '../domain/time.ts'
import type { Profile } from './http.ts'
import type { LongWork } from './long-work.ts'

/**
 * What the page asks of its two workers, through Comlink. Both sides implement these interfaces: the worker the thing, the
 * page's `data/` a proxy.
 *
 * Crossing the boundary: a `LongWork` travels as one MessagePort (transfer handler `long-work`: the page posts the string
 * `abort`, the worker posts `Progress` objects); an error travels as `WireError` (transfer handler `throw`).
 * Typed arrays in answers are transferred, not copied.
 */

// ---- The store and its syncing

interface ActiveDataset {
  readonly datasetId: DatasetId
  readonly version: SemanticVersion
  readonly rows: number
  readonly bytes: number
}

/** The version that is open on this laptop: a snapshot of every dataset, never a mixture. */
export interface ActiveVersion {
  readonly sequence: number
  /** ISO instant at which the publisher made it. */
  readonly publishedAt: string
  /** ISO instant at which this laptop switched to it. */
  readonly activatedAt: string
  readonly datasets: readonly ActiveDataset[]
  /** Rows are synthetic sample data: say so wherever they show. */
  readonly sample: boolean
}

/** What lies on this laptop, read without a network. */
export interface LocalState {
  readonly profile: Profile | null
  /** The profile's offline time is over: log in before anything is shown. */
  readonly expired: boolean
  readonly active: ActiveVersion | null
  /** Bytes of blobs and metadata held. */
  readonly bytes: number
}

/** `metadata` counts files, `download` bytes, `activate` files. */
export type SyncStage = 'metadata' | 'download' | 'activate'

export interface SyncOutcome {
  readonly changed: boolean
  readonly active: ActiveVersion
  readonly downloadedBytes: number
  readonly downloadedFiles: number
}

/** Gives a valid access token; the page keeps the log-in, workers get short-lived access only. */
export type AccessSource = (options: { readonly refresh: boolean }) => Promise<string>

export interface SyncApi {
  /** Reads the store. Throws `storage_denied` where the browser has none. */
  open(): Promise<LocalState>
  /**
   * Takes a profile over after log-in or refresh: pins the tenant's root at the first time; when another person or a
   * narrower scope came, removes everything outside it before it returns. Throws `root_untrusted`.
   */
  adopt(profile: Profile, access: AccessSource): Promise<LocalState>
  /** Fetches, verifies, stores and activates the newest snapshot. The version before stays open until then, and on any error. */
  sync(access: AccessSource, work: LongWork<SyncStage>): Promise<SyncOutcome>
  /** Removes everything of the profile from this laptop. */
  forget(): Promise<void>
}

// ---- The cube

export interface Catalogue {
  readonly pack: PackInfo
  /** Every place, sorted by code within its level; a place's ordinal is its position in its level's array. */
  readonly places: Readonly<Record<Level, readonly Place[]>>
}

export interface Anomaly {
  readonly level: Level
  readonly place: PlaceCode
  readonly metric: 'net_sales' | 'sales'
  readonly day: Day
  readonly value: number
  readonly median: number
  readonly z: number
  readonly windowDays: number
}

/** A kind of basket, as the clustering found and named it. */
export interface BasketCluster {
  readonly id: string
  readonly name: string
  readonly description: string
  /** False for sales of which too little is known to be of any kind. */
  readonly found: boolean
  /** Mean silhouette, −1 to 1; null where it was not found. */
  readonly silhouette: number | null
  /** Mean adjusted Rand index of the whole clustering over halves of its sample, and that sample's size. */
  readonly stability: number
  readonly sample: number
}

/** Sales of a place and period by kind of basket, in the order of `CubeInfo.clusters`. */
export interface BasketMix {
  readonly sales: Float64Array
}

export interface CubeInfo {
  readonly rows: number
  /** Bytes that the columns and the index take in memory. */
  readonly bytes: number
  /** First and last day with a sale; null when the version holds no sale. */
  readonly days: DayRange | null
  /** Values that occur, by dimension; null is unknown. Sorted, unknown last. */
  readonly values: Readonly<Record<FilterDimension, readonly FilterValue[]>>
  readonly anomalies: readonly Anomaly[]
  /** The largest first, those that were not found last; empty where the version has none. */
  readonly clusters: readonly BasketCluster[]
}

export type CubeStage = 'read' | 'decode' | 'index'

/** The answer to a selection, at its level. Arrays run by place ordinal. */
export interface Painting {
  /** The metric; NaN where there is none. */
  readonly values: Float64Array
  /** Sales, and those of them with a price: what the value rests on. */
  readonly sales: Float64Array
  readonly pricedSales: Float64Array
  /** Of `within`, or of everything. `active_stores` is NaN under a filter: stores cannot be counted by what a sale is cut by. */
  readonly total: { readonly value: number; readonly measures: Measures }
  /** Filters of the selection that the metric cannot be cut by, and that were therefore left out. */
  readonly ignoredFilters: readonly FilterDimension[]
}

/** The metric day by day over all days of the cube, of `within` and the filters; the range of the selection does not cut it. */
export interface DailySeries {
  readonly from: Day
  readonly values: Float64Array
}

export type BoundaryDetail = 'low' | 'medium'

export interface CubeApi {
  /** Places and pack of the active version: small, first. Throws `nothing_synced`. */
  catalogue(): Promise<Catalogue>
  /** A `blob:` URL of the level's GeoJSON in the store (feature `id` = ordinal). The map's own worker reads it. */
  boundaries(level: Level, detail: BoundaryDetail): Promise<string>
  /** Decodes and indexes the active version's facts. Calling it again after a sync replaces them. */
  load(work: LongWork<CubeStage>): Promise<CubeInfo>
  paint(selection: Selection): Promise<Painting>
  daily(selection: Omit<Selection, 'range' | 'level'>): Promise<DailySeries>
  baskets(of: Pick<Selection, 'within' | 'range'>): Promise<BasketMix>
}
