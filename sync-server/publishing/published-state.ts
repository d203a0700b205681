import { type Index, indexEnvelope, type Manifest, manifestEnvelope } from '../../app/contracts/manifest.ts'
import type { DatasetId, TenantId } from '../../app/domain/ids.ts'
import type { Transaction } from '../database/pool.ts'

/** What the newest index of a tenant holds. */
export interface PublishedState {
  readonly index: Index | null
  readonly manifests: ReadonlyMap<DatasetId, readonly Manifest[]>
}

export async function readPublishedState(tx: Transaction, tenant: TenantId): Promise<PublishedState> {
  const { rows } = await tx.query(
    'select envelope from scout.dataset_index where tenant_id = $1 order by sequence desc limit 1',
    [tenant],
  )
  if (rows[0] === undefined) return { index: null, manifests: new Map() }
  const { signed: index } = indexEnvelope.parse(parse(rows[0].envelope))
  const { rows: stored } = await tx.query(
    'select envelope from scout.dataset_manifest where tenant_id = $1 and sha256 = any($2::text[])',
    [tenant, index.datasets.flatMap(dataset => dataset.manifests)],
  )
  const manifests = new Map<DatasetId, Manifest[]>()
  for (const { envelope } of stored) {
    const { signed } = manifestEnvelope.parse(parse(envelope))
    manifests.set(signed.dataset_id, [...(manifests.get(signed.dataset_id) ?? []), signed])
  }
  return { index, manifests }
}

function parse(envelope: Buffer): unknown {
  return JSON.parse(envelope.toString('utf8'))
}
