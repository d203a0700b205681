import type { Profile } from '../../app/contracts/http.ts'
import type { LongWork } from '../../app/contracts/long-work.ts'
import type { Manifest, Partition } from '../../app/contracts/manifest.ts'
import type { AccessSource, LocalState, SyncApi, SyncOutcome, SyncStage } from '../../app/contracts/worker.ts'
import type { Sha256 } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import { openOnce } from '../store/open-once.ts'
import {
  EMPTY_STATE,
  type HeldManifest,
  type HeldVersion,
  type StoreState,
  toActiveVersion,
  withActivated,
  withinScope,
} from '../store/state.ts'
import type { Store } from '../store/store.ts'
import { download } from './download.ts'
import { HttpClient } from './http-client.ts'
import { fetchRoot, type PinnedRoot } from './root-of-trust.ts'
import { fetchSnapshot, obtainManifests, type TrustedSnapshot, verifySnapshot } from './snapshot.ts'

/** Brings the newest snapshot onto this laptop: metadata, then files, then one swap. */
export class SyncEngine implements SyncApi {
  readonly #store: () => Promise<Store>
  readonly #origin: string

  constructor(openStore: () => Promise<Store>, origin = '') {
    this.#store = openOnce(openStore)
    this.#origin = origin
  }

  async open(): Promise<LocalState> {
    const store = await this.#store()
    const state = await store.state()
    if (state.unclean) await store.clean()
    return localState(state)
  }

  async adopt(profile: Profile, access: AccessSource): Promise<LocalState> {
    const store = await this.#store()
    const before = await store.state()
    if (mayHoldTheSame(before, profile)) {
      // A token was refreshed, perhaps by the sync that is under way: nothing in the store changes by it.
      const after = await store.update(state => ({ ...state, profile }))
      if (after.unclean) await store.clean()
      return localState(after)
    }
    return store.exclusively(() => this.#takeOver(store, profile, access))
  }

  async sync(access: AccessSource, work: LongWork<SyncStage>): Promise<SyncOutcome> {
    const store = await this.#store()
    return store.exclusively(() => this.#sync(store, new HttpClient(access, this.#origin), work))
  }

  async forget(): Promise<void> {
    const store = await this.#store()
    await store.exclusively(() => store.forget())
  }

  async #takeOver(store: Store, profile: Profile, access: AccessSource): Promise<LocalState> {
    const before = await store.state()
    const sameTenant = before.profile?.tenant_id === profile.tenant_id
    const pinned = sameTenant ? before.root : null
    const root =
      pinned?.sha256 === profile.root_sha256
        ? pinned
        : await fetchRoot(new HttpClient(access, this.#origin), profile, pinned)
    if (root.sha256 !== profile.root_sha256) {
      throw new ScoutError('root_untrusted', { details: { why: 'fingerprint' } })
    }
    await store.update(state => ({
      ...(sameTenant ? state : EMPTY_STATE),
      profile,
      root,
      etag: null,
      active: sameTenant ? withinScope(state.active, profile.regions) : null,
      previous: sameTenant ? withinScope(state.previous, profile.regions) : null,
      unclean: true,
    }))
    await store.collectGarbage()
    return localState(await store.state())
  }

  async #sync(store: Store, http: HttpClient, work: LongWork<SyncStage>): Promise<SyncOutcome> {
    const { signal, onProgress } = work
    const state = await store.state()
    const { profile, root } = state
    if (!profile || !root) throw new ScoutError('token_missing')

    onProgress?.({ stage: 'metadata', done: 0 })
    const missing = state.active ? await missingPartitions(store, state.active.manifests) : null
    const answer = await fetchSnapshot(http, missing?.length === 0 ? state.etag : null, signal)
    if (answer === null && state.active) {
      return { changed: false, active: toActiveVersion(state.active), downloadedBytes: 0, downloadedFiles: 0 }
    }
    if (answer === null) throw new ScoutError('metadata_invalid')

    const { snapshot, trusted } = await this.#verify(http, answer, profile, root, state.newest, signal)
    await store.update(now => ({
      ...now,
      root: trusted,
      newest: { sequence: snapshot.index.sequence, sha256: snapshot.sha256 },
    }))
    const source = { http, store, profile, trusted: trusted.signed }
    const manifests = await obtainManifests(source, snapshot, signal, (done, total) =>
      onProgress?.({ stage: 'metadata', done, total }),
    )
    const wanted = await lacking(store, [...manifests.values()])
    const total = wanted.reduce((sum, partition) => sum + partition.bytes, 0)
    onProgress?.({ stage: 'download', done: 0, total })
    const got = await download(http, store, wanted, signal, done =>
      onProgress?.({ stage: 'download', done, total }),
    )

    if (signal?.aborted) throw new ScoutError('cancelled')
    onProgress?.({ stage: 'activate', done: 0, total: 1 })
    const version: HeldVersion = {
      sequence: snapshot.index.sequence,
      published_at: snapshot.index.published_at,
      activated_at: new Date().toISOString(),
      opened: false,
      manifests: [...manifests].map(([hash, manifest]) => summary(hash, manifest)),
    }
    const changed = !sameContent(version.manifests, state)
    const after = await store.update(now =>
      changed ? withActivated(now, version, answer.etag) : { ...now, etag: answer.etag },
    )
    onProgress?.({ stage: 'activate', done: 1, total: 1 })
    if (!after.active) throw new ScoutError('internal')
    return {
      changed,
      active: toActiveVersion(after.active),
      downloadedBytes: got.bytes,
      downloadedFiles: got.files,
    }
  }

  /** A signature that does not hold may mean new keys: the root is looked at once, then the index again. */
  async #verify(
    http: HttpClient,
    answer: { readonly json: unknown; readonly etag: string | null },
    profile: Profile,
    root: PinnedRoot,
    newest: StoreState['newest'],
    signal: AbortSignal | undefined,
  ): Promise<{ snapshot: TrustedSnapshot; trusted: PinnedRoot }> {
    try {
      return { snapshot: await verifySnapshot(answer.json, answer.etag, root.signed, newest), trusted: root }
    } catch (thrown) {
      if (!(thrown instanceof ScoutError && thrown.code === 'metadata_invalid')) throw thrown
      const trusted = await fetchRoot(http, profile, root, signal)
      if (trusted === root) throw thrown
      return { snapshot: await verifySnapshot(answer.json, answer.etag, trusted.signed, newest), trusted }
    }
  }
}

/** Same tenant, root and scope: whoever it is, what lies here is his. */
function mayHoldTheSame({ profile: held, root }: StoreState, profile: Profile): boolean {
  return (
    held?.tenant_id === profile.tenant_id &&
    root?.sha256 === profile.root_sha256 &&
    String(held.regions) === String(profile.regions)
  )
}

function localState(state: StoreState): LocalState {
  return {
    profile: state.profile,
    expired: state.profile !== null && Date.parse(state.profile.offline_until) <= Date.now(),
    active: state.active && toActiveVersion(state.active),
    bytes: state.active?.manifests.reduce((sum, held) => sum + held.bytes, 0) ?? 0,
  }
}

/** Partitions of held manifests that are not in the store; null when a manifest itself is missing. */
async function missingPartitions(store: Store, held: readonly HeldManifest[]): Promise<Partition[] | null> {
  const present = await store.heldManifests()
  if (held.some(({ sha256 }) => !present.has(sha256))) return null
  const manifests = await Promise.all(held.map(({ sha256 }) => store.readManifest(sha256).catch(() => null)))
  return manifests.every(manifest => manifest !== null) ? lacking(store, manifests) : null
}

/** Partitions that are not in the store, each once. */
async function lacking(store: Store, manifests: readonly Manifest[]): Promise<Partition[]> {
  const present = await store.heldBlobs()
  const partitions = manifests.flatMap(manifest => manifest.partitions)
  return [...new Map(partitions.map(partition => [partition.sha256, partition])).values()].filter(
    ({ sha256 }) => !present.has(sha256),
  )
}

function summary(sha256: Sha256, manifest: Manifest): HeldManifest {
  const sum = (of: 'rows' | 'bytes') =>
    manifest.partitions.reduce((total, partition) => total + partition[of], 0)
  return {
    sha256,
    dataset_id: manifest.dataset_id,
    version: manifest.version,
    region: manifest.region,
    rows: sum('rows'),
    bytes: sum('bytes'),
    sample: manifest.sample,
  }
}

function sameContent(held: readonly HeldManifest[], { active }: StoreState): boolean {
  const names = (manifests: readonly HeldManifest[]) =>
    manifests
      .map(({ sha256 }) => sha256)
      .sort()
      .join()
  return active !== null && names(active.manifests) === names(held)
}
