import { type Index, type Manifest, manifest } from '../../app/contracts/manifest.ts'
import { DATASET_IDS, type SemanticVersion, type TenantId } from '../../app/domain/ids.ts'
import { contentKey, type DraftDataset } from './draft-manifests.ts'
import { seal } from './envelopes.ts'
import type { PublishedState } from './published-state.ts'
import type { NewVersion } from './record-publication.ts'
import type { SigningKey } from './signing-keys.ts'
import { nextVersion } from './versions.ts'

const DAY_MS = 86_400_000
const INDEX_LIFETIME_MS = 365 * DAY_MS
/** An index this close to its end is signed anew, also when nothing has changed: laptops stop updating from an expired one. */
const RENEWAL_MS = 60 * DAY_MS

/**
 * New, signed versions of those datasets whose content is another one than what stands.
 *
 * @throws ScoutError `version_exists`
 */
export function changedVersions(
  drafts: readonly DraftDataset[],
  state: PublishedState,
  asked: SemanticVersion | undefined,
  publishedAt: Date,
  key: SigningKey,
): NewVersion[] {
  return drafts.flatMap(({ id, manifests }) => {
    const present = state.index?.datasets.find(dataset => dataset.dataset_id === id)?.version ?? null
    if (present !== null && contentKey(manifests) === contentKey(state.manifests.get(id) ?? [])) return []
    const version = nextVersion(present, asked)
    const signed = manifests.map(draft => {
      const complete: Manifest = manifest.parse({
        ...draft,
        version,
        published_at: publishedAt.toISOString(),
      })
      return { manifest: complete, sealed: seal(complete, key) }
    })
    return [{ datasetId: id, version, manifests: signed }]
  })
}

/** Whether laptops need another index than the one that stands. */
export function needsIndex(state: PublishedState, versions: readonly NewVersion[], now: Date): boolean {
  if (state.index === null || versions.length > 0) return true
  return Date.parse(state.index.expires_at) - now.getTime() < RENEWAL_MS
}

/** The index after the one that stands: new versions where there are any, the present ones otherwise. */
export function nextIndex(
  tenantId: TenantId,
  state: PublishedState,
  versions: readonly NewVersion[],
  at: Date,
): Index {
  return {
    type: 'index',
    spec_version: 1,
    tenant_id: tenantId,
    sequence: (state.index?.sequence ?? 0) + 1,
    published_at: at.toISOString(),
    expires_at: new Date(at.getTime() + INDEX_LIFETIME_MS).toISOString(),
    datasets: DATASET_IDS.flatMap(id => {
      const changed = versions.find(({ datasetId }) => datasetId === id)
      if (changed === undefined)
        return state.index?.datasets.filter(dataset => dataset.dataset_id === id) ?? []
      const manifests = changed.manifests.map(({ sealed }) => sealed.sha256)
      return [{ dataset_id: id, version: changed.version, manifests }]
    }),
  }
}
