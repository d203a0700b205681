import * as z from 'zod'
import { PATHS, type Profile } from '../../app/contracts/http.ts'
import {
  type Index,
  index,
  type Manifest,
  manifest,
  type Root,
  signedBytes,
} from '../../app/contracts/manifest.ts'
import { scopeIncludes } from '../../app/domain/geography.ts'
import { type Sha256, sha256Hex } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import { sha256 } from '../store/sha256.ts'
import type { StoreState } from '../store/state.ts'
import type { Store } from '../store/store.ts'
import { type HttpClient, network } from './http-client.ts'
import { parseJson, readSigned, refuseExpired } from './signed.ts'
import { together } from './together.ts'

/** A snapshot that was verified: which index, and what of it this person may hold. */
export interface TrustedSnapshot {
  readonly index: Index
  readonly sha256: Sha256
  readonly manifests: ReadonlySet<Sha256>
  readonly etag: string | null
}

const body = z.object({ index: z.unknown(), manifests: z.array(sha256Hex) })

/** The newest snapshot; null when it is still the one of `etag`. */
export async function fetchSnapshot(
  http: HttpClient,
  etag: string | null,
  signal?: AbortSignal,
): Promise<{ readonly json: unknown; readonly etag: string | null } | null> {
  const headers: Record<string, string> = etag === null ? {} : { 'if-none-match': etag }
  const response = await http.get(PATHS.snapshot, { signal, headers, accept: [304] })
  if (response.status === 304) return null
  const bytes = await network(() => response.arrayBuffer(), signal)
  return { json: parseJson(new Uint8Array(bytes)), etag: response.headers.get('etag') }
}

/**
 * Signature, tenant, expiry, and never going back.
 *
 * @throws ScoutError `metadata_invalid`, `metadata_expired`, `metadata_replayed`.
 */
export async function verifySnapshot(
  json: unknown,
  etag: string | null,
  trusted: Root,
  newest: StoreState['newest'],
): Promise<TrustedSnapshot> {
  const parsed = body.safeParse(json)
  if (!parsed.success) throw new ScoutError('metadata_invalid', { cause: parsed.error })
  const envelope = parsed.data.index
  const verified = await readSigned(envelope, index, 'index', trusted)
  if (verified.tenant_id !== trusted.tenant_id) throw mismatch('index', 'tenant_id')
  const hash = await sha256(signedBytes((envelope as { signed: unknown }).signed))
  if (
    newest &&
    (verified.sequence < newest.sequence || (verified.sequence === newest.sequence && hash !== newest.sha256))
  ) {
    throw new ScoutError('metadata_replayed', {
      details: { sequence: verified.sequence, newest: newest.sequence },
    })
  }
  refuseExpired(verified.expires_at, 'index', Date.now())
  const named = new Set(verified.datasets.flatMap(dataset => dataset.manifests))
  if (!parsed.data.manifests.every(manifest => named.has(manifest))) throw mismatch('index', 'manifests')
  return { index: verified, sha256: hash, manifests: new Set(parsed.data.manifests), etag }
}

/** What is needed to obtain manifests, and to believe them. */
export interface ManifestSource {
  readonly http: HttpClient
  readonly store: Store
  readonly profile: Profile
  readonly trusted: Root
}

/**
 * The manifests of a snapshot that this person may hold, by hash: from the store, or fetched, verified and stored.
 *
 * @throws ScoutError `metadata_invalid` unless hash, signature, tenant, dataset and version agree with the index, and the region lies
 *   in the profile's scope.
 */
export async function obtainManifests(
  source: ManifestSource,
  snapshot: TrustedSnapshot,
  signal: AbortSignal | undefined,
  onManifest: (done: number, total: number) => void,
): Promise<Map<Sha256, Manifest>> {
  const held = await source.store.heldManifests()
  const named = snapshot.index.datasets.flatMap(dataset =>
    dataset.manifests.filter(hash => snapshot.manifests.has(hash)).map(hash => ({ hash, dataset })),
  )
  let done = 0
  const obtain = async (hash: Sha256, dataset: IndexedDataset, either: AbortSignal) => {
    const stored = held.has(hash) ? await source.store.readManifest(hash).catch(() => null) : null
    const found = stored
      ? agreeing(stored, dataset, source.profile)
      : await fetchManifest(source, hash, dataset, either)
    done += 1
    onManifest(done, named.length)
    return [hash, found] as const
  }
  return new Map(
    await together(signal, either => named.map(({ hash, dataset }) => obtain(hash, dataset, either))),
  )
}

type IndexedDataset = Index['datasets'][number]

async function fetchManifest(
  { http, store, profile, trusted }: ManifestSource,
  hash: Sha256,
  dataset: IndexedDataset,
  signal: AbortSignal,
): Promise<Manifest> {
  const response = await http.get(PATHS.manifest(hash), { signal })
  const bytes = new Uint8Array(await network(() => response.arrayBuffer(), signal))
  if ((await sha256(bytes)) !== hash) throw mismatch('manifest', 'sha256')
  const verified = agreeing(
    await readSigned(parseJson(bytes), manifest, 'manifest', trusted),
    dataset,
    profile,
  )
  await store.putManifest(hash, bytes)
  return verified
}

function agreeing(found: Manifest, expected: IndexedDataset, profile: Profile): Manifest {
  if (found.tenant_id !== profile.tenant_id) throw mismatch('manifest', 'tenant_id')
  if (found.dataset_id !== expected.dataset_id) throw mismatch('manifest', 'dataset_id')
  if (found.version !== expected.version) throw mismatch('manifest', 'version')
  if (found.region !== null && !scopeIncludes(profile.regions, found.region))
    throw mismatch('manifest', 'region')
  return found
}

function mismatch(role: 'index' | 'manifest', field: string): ScoutError {
  return new ScoutError('metadata_invalid', { details: { role, field } })
}
