import { type Publication, publication } from '../../app/contracts/http.ts'
import { indexEnvelope } from '../../app/contracts/manifest.ts'
import type { TenantId } from '../../app/domain/ids.ts'
import type { Pool } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'

/** The newest publications first, each with every dataset as it stood then. */
export async function listPublications(pool: Pool, tenant: TenantId, limit = 50): Promise<Publication[]> {
  const { indexes, versions } = await withTenant(pool, tenant, async tx => ({
    indexes: await tx.query(
      'select envelope from scout.dataset_index where tenant_id = $1 order by sequence desc limit $2',
      [tenant, limit],
    ),
    versions: await tx.query(
      `select v.dataset_id, v.version, v.rows, v.bytes,
         (select count(*) from scout.dataset_partition p
          where p.tenant_id = v.tenant_id and p.dataset_id = v.dataset_id and p.version = v.version) as partitions
       from scout.dataset_version v where v.tenant_id = $1`,
      [tenant],
    ),
  }))
  const known = new Map(versions.rows.map(row => [`${row.dataset_id}@${row.version}`, row]))
  return indexes.rows.map(({ envelope }) => {
    const { signed } = indexEnvelope.parse(JSON.parse(envelope.toString('utf8')))
    const datasets = signed.datasets.map(({ dataset_id, version }) => {
      const { partitions, rows, bytes } = known.get(`${dataset_id}@${version}`) ?? {}
      return { dataset_id, version, partitions, rows, bytes }
    })
    return publication.parse({ sequence: signed.sequence, published_at: signed.published_at, datasets })
  })
}
