import { z } from 'zod'
import { profile } from '../../app/contracts/http.ts'
import { root } from '../../app/contracts/manifest.ts'
import type { ActiveVersion } from '../../app/contracts/worker.ts'
import { type RegionScope, scopeIncludes } from '../../app/domain/geography.ts'
import { datasetId, placeCode, semanticVersion, sha256Hex } from '../../app/domain/ids.ts'

/** A manifest of a version on this laptop, with what is asked of it before it is read. */
const heldManifest = z.object({
  sha256: sha256Hex,
  dataset_id: datasetId,
  version: semanticVersion,
  region: placeCode.nullable(),
  rows: z.number().int(),
  /** Of its partitions. */
  bytes: z.number().int(),
  sample: z.boolean(),
})
export type HeldManifest = z.infer<typeof heldManifest>

const heldVersion = z.object({
  sequence: z.number().int(),
  published_at: z.iso.datetime(),
  activated_at: z.iso.datetime(),
  /** The cube has read it whole: the version before may go. */
  opened: z.boolean(),
  manifests: z.array(heldManifest),
})
export type HeldVersion = z.infer<typeof heldVersion>

/** Everything that the store remembers beside the files themselves. It changes as one, by one pointer swap. */
export const storeState = z.object({
  profile: profile.nullable(),
  /** The tenant's root of trust, pinned. */
  root: z.object({ sha256: sha256Hex, signed: root }).nullable(),
  /** The newest index ever trusted: nothing older is taken. */
  newest: z.object({ sequence: z.number().int(), sha256: sha256Hex }).nullable(),
  /** Of the snapshot that `active` was made from. */
  etag: z.string().nullable(),
  active: heldVersion.nullable(),
  previous: heldVersion.nullable(),
  /** Files may lie in the store that no version needs, or that this person may no longer hold. */
  unclean: z.boolean(),
})
export type StoreState = z.infer<typeof storeState>

export const EMPTY_STATE: StoreState = {
  profile: null,
  root: null,
  newest: null,
  etag: null,
  active: null,
  previous: null,
  unclean: false,
}

/** The version before stays beside the new one until that has been opened; one that never opened is not worth keeping. */
export function withActivated(state: StoreState, version: HeldVersion, etag: string | null): StoreState {
  const previous = state.active?.opened ? state.active : state.previous
  return { ...state, active: version, previous, etag }
}

export function withOpened(state: StoreState): StoreState {
  if (!state.active || state.active.opened) return state
  return { ...state, active: { ...state.active, opened: true }, previous: null, unclean: true }
}

/** Back to the version before; the newest sequence stays known, and without an ETag the next sync fetches it anew. */
export function withReverted(state: StoreState): StoreState {
  return state.previous ? { ...state, active: state.previous, previous: null, etag: null } : state
}

/** Without what lies outside the scope. */
export function withinScope(version: HeldVersion | null, scope: RegionScope): HeldVersion | null {
  if (version === null) return null
  const manifests = version.manifests.filter(
    held => held.region === null || scopeIncludes(scope, held.region),
  )
  return manifests.length === version.manifests.length ? version : { ...version, manifests }
}

/** A version as the page is told of it. */
export function toActiveVersion(version: HeldVersion): ActiveVersion {
  const datasets = new Map<
    string,
    { -readonly [K in keyof ActiveVersion['datasets'][number]]: ActiveVersion['datasets'][number][K] }
  >()
  for (const { dataset_id, version: number, rows, bytes } of version.manifests) {
    const sum = datasets.get(dataset_id)
    if (sum) {
      sum.rows += rows
      sum.bytes += bytes
    } else datasets.set(dataset_id, { datasetId: dataset_id, version: number, rows, bytes })
  }
  return {
    sequence: version.sequence,
    publishedAt: version.published_at,
    activatedAt: version.activated_at,
    datasets: [...datasets.values()],
    sample: version.manifests.some(held => held.sample),
  }
}
