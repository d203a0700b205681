import type { LongWork } from '../../app/contracts/long-work.ts'
import type { Manifest } from '../../app/contracts/manifest.ts'
import type {
  BasketMix,
  BoundaryDetail,
  Catalogue,
  CubeApi,
  CubeInfo,
  CubeStage,
  DailySeries,
  Painting,
} from '../../app/contracts/worker.ts'
import type { Level } from '../../app/domain/geography.ts'
import type { Selection } from '../../app/domain/selection.ts'
import { asScoutError, type ErrorCode, ScoutError } from '../../app/errors.ts'
import { openOnce } from '../store/open-once.ts'
import type { HeldVersion, StoreState } from '../store/state.ts'
import type { Store } from '../store/store.ts'
import type { ParquetReader } from './arrow-columns.ts'
import { Cube } from './cube.ts'
import { keepDerived, readDerived } from './derived.ts'
import { FACTS_LAYOUT, packFacts, unpackFacts } from './facts.ts'
import { Geography } from './geography.ts'
import { PLACES_LAYOUT, packPlaces, readPlaces, unpackPlaces } from './places.ts'
import { readFacts } from './read-facts.ts'

type OpenState = StoreState & {
  readonly profile: NonNullable<StoreState['profile']>
  readonly active: HeldVersion
}

/** What the version before helps against. */
const UNREADABLE: ReadonlySet<ErrorCode> = new Set([
  'partition_invalid',
  'blob_missing',
  'blob_hash_mismatch',
])

/** Packing and writing take a tenth of a second each: the first paintings come before them. */
const KEEP_AFTER_MS = 1000

/** The cube over what lies in the store. Until a version has been read whole, the one read before goes on answering. */
export class CubeService implements CubeApi {
  readonly #store: () => Promise<Store>
  readonly #loadParquet: () => Promise<ParquetReader>
  readonly #urls = new Map<string, string>()
  #cube: Cube | undefined

  constructor(openStore: () => Promise<Store>, loadParquet: () => Promise<ParquetReader>) {
    this.#store = openOnce(openStore)
    this.#loadParquet = loadParquet
  }

  async catalogue(): Promise<Catalogue> {
    const { store, state } = await this.#open()
    const [{ pack }, places] = await Promise.all([
      geographyOf(store, state.active),
      this.#places(store, state.active),
    ])
    if (!pack) throw new ScoutError('partition_invalid', { details: { manifest: 'reference.geography' } })
    return { pack, places }
  }

  async boundaries(level: Level, detail: BoundaryDetail): Promise<string> {
    const { store, state } = await this.#open()
    const { partitions } = await geographyOf(store, state.active)
    const partition = partitions.find(
      ({ format, values }) => format === 'geojson' && values.level === level && values.detail === detail,
    )
    if (!partition) throw new ScoutError('blob_missing', { details: { level, detail } })
    const known = this.#urls.get(partition.sha256)
    if (known) return known
    const url = URL.createObjectURL(await store.blob(partition.sha256))
    this.#urls.set(partition.sha256, url)
    return url
  }

  /** A version that cannot be read is given up for the one before; the error says what was wrong with it. */
  async load(work: LongWork<CubeStage>): Promise<CubeInfo> {
    const { store, state } = await this.#open()
    const { active, profile } = state
    try {
      const geography = new Geography(await this.#places(store, active), profile.regions)
      const kept = await readDerived(store, FACTS_LAYOUT, active)
      const ready = kept && unpackFacts(kept)
      const facts =
        ready ?? (await readFacts(store, active, await this.#loadParquet(), geography.cities, work))
      work.onProgress?.({ stage: 'index', done: 0, total: 1 })
      const cube = new Cube(facts.sales, facts.storeDays, facts.baskets, geography)
      if (work.signal?.aborted) throw new ScoutError('cancelled')
      this.#cube = cube
      work.onProgress?.({ stage: 'index', done: 1, total: 1 })
      await store.confirmOpened()
      if (!ready) setTimeout(() => keepDerived(store, FACTS_LAYOUT, active, packFacts(facts)), KEEP_AFTER_MS)
      return { ...cube.info, anomalies: facts.anomalies, clusters: facts.baskets.clusters }
    } catch (thrown) {
      if (UNREADABLE.has(asScoutError(thrown).code)) await store.revert(active.sequence)
      throw thrown
    }
  }

  async paint(selection: Selection): Promise<Painting> {
    return this.#loaded().paint(selection)
  }

  async daily(selection: Omit<Selection, 'range' | 'level'>): Promise<DailySeries> {
    return this.#loaded().daily(selection)
  }

  async baskets(of: Pick<Selection, 'within' | 'range'>): Promise<BasketMix> {
    return this.#loaded().baskets(of)
  }

  #loaded(): Cube {
    if (!this.#cube) throw new ScoutError('nothing_synced')
    return this.#cube
  }

  async #open(): Promise<{ store: Store; state: OpenState }> {
    const store = await this.#store()
    const state = await store.state()
    const { profile, active } = state
    if (!profile || !active) throw new ScoutError('nothing_synced')
    if (Date.parse(profile.offline_until) <= Date.now()) throw new ScoutError('profile_expired')
    return { store, state: { ...state, profile, active } }
  }

  async #places(store: Store, version: HeldVersion): Promise<Catalogue['places']> {
    const kept = await readDerived(store, PLACES_LAYOUT, version)
    const known = kept && unpackPlaces(kept)
    if (known) return known
    const { partitions } = await geographyOf(store, version)
    const partition = partitions.find(({ format }) => format === 'parquet')
    if (!partition)
      throw new ScoutError('partition_invalid', { details: { manifest: 'reference.geography' } })
    const parquet = await store.readBlob(partition.sha256)
    const places = readPlaces(await this.#loadParquet(), parquet)
    await keepDerived(store, PLACES_LAYOUT, version, packPlaces(places))
    return places
  }
}

async function geographyOf(store: Store, version: HeldVersion): Promise<Manifest> {
  const held = version.manifests.find(({ dataset_id }) => dataset_id === 'reference.geography')
  if (!held) throw new ScoutError('nothing_synced')
  return store.readManifest(held.sha256)
}
