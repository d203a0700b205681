import type { Index, Manifest } from '../../app/contracts/manifest.ts'
import type { TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Transaction } from '../database/pool.ts'
import { recordAudit } from '../identity/audit.ts'
import type { SealedFile } from './envelopes.ts'

export interface NewVersion {
  readonly datasetId: Manifest['dataset_id']
  readonly version: Manifest['version']
  readonly manifests: ReadonlyArray<{ readonly manifest: Manifest; readonly sealed: SealedFile }>
}

export interface PublicationToRecord {
  readonly tenantId: TenantId
  readonly index: Index
  readonly sealedIndex: SealedFile
  readonly versions: readonly NewVersion[]
  readonly publishedBy: string | null
  readonly note: string
}

/** Region under which a manifest without one is recorded. */
export const NO_REGION = 'all'

/**
 * Records a publication in the one transaction given.
 *
 * @throws ScoutError `busy` when another publication came in between: this one was drafted on an older state.
 */
export async function recordPublication(tx: Transaction, publication: PublicationToRecord): Promise<void> {
  const { tenantId, index, sealedIndex, publishedBy, note } = publication
  await tx.query("select pg_advisory_xact_lock(hashtext('scout.publish'), hashtext($1))", [tenantId])
  const { rows } = await tx.query(
    'select coalesce(max(sequence), 0)::integer as sequence from scout.dataset_index where tenant_id = $1',
    [tenantId],
  )
  if (rows[0]?.sequence !== index.sequence - 1) throw new ScoutError('busy')
  await tx.query(
    `insert into scout.dataset_index
       (tenant_id, sequence, published_at, expires_at, published_by, note, envelope, sha256)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      tenantId,
      index.sequence,
      index.published_at,
      index.expires_at,
      publishedBy,
      note,
      sealedIndex.bytes,
      sealedIndex.sha256,
    ],
  )
  for (const version of publication.versions) await recordVersion(tx, publication, version)
  const actor =
    publishedBy === null ? ({ kind: 'system' } as const) : ({ kind: 'user', id: publishedBy } as const)
  const details = Object.fromEntries(
    publication.versions.map(({ datasetId, version }) => [datasetId, version]),
  )
  const entry = { actor, action: 'published', subject: String(index.sequence), details } as const
  await recordAudit(tx, tenantId, entry, new Date(index.published_at))
}

async function recordVersion(
  tx: Transaction,
  { tenantId, index, publishedBy }: PublicationToRecord,
  { datasetId, version, manifests }: NewVersion,
): Promise<void> {
  const [any] = manifests
  const partitions = manifests.flatMap(({ manifest }) =>
    manifest.partitions.map((partition, position) => ({
      region: manifest.region ?? NO_REGION,
      position,
      sha256: partition.sha256,
      bytes: partition.bytes,
      rows: partition.rows,
      format: partition.format,
      partition_values: partition.values,
      ranges: partition.ranges,
    })),
  )
  const sum = (of: 'rows' | 'bytes') => partitions.reduce((total, partition) => total + partition[of], 0)
  await tx.query(
    `insert into scout.dataset_version
       (tenant_id, dataset_id, version, sequence, published_at, published_by, schema_sha256, geography_vintage, run_ids, rows, bytes)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      tenantId,
      datasetId,
      version,
      index.sequence,
      index.published_at,
      publishedBy,
      any?.manifest.schema_sha256 ?? '',
      any?.manifest.geography_vintage ?? '',
      any?.manifest.lineage.runs ?? [],
      sum('rows'),
      sum('bytes'),
    ],
  )
  for (const { manifest, sealed } of manifests) {
    await tx.query(
      `insert into scout.dataset_manifest (tenant_id, dataset_id, version, region, envelope, sha256, bytes)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [
        tenantId,
        datasetId,
        version,
        manifest.region ?? NO_REGION,
        sealed.bytes,
        sealed.sha256,
        sealed.bytes.length,
      ],
    )
  }
  await tx.query(
    `insert into scout.dataset_partition
       (tenant_id, dataset_id, version, region, position, sha256, bytes, rows, format, partition_values, ranges)
     select $1, $2, $3, p.region, p.position, p.sha256, p.bytes, p.rows, p.format, p.partition_values, p.ranges
     from jsonb_to_recordset($4::jsonb) as p (
       region text, position integer, sha256 text, bytes bigint, rows bigint, format text, partition_values jsonb,
       ranges jsonb
     )
     on conflict do nothing`,
    [tenantId, datasetId, version, JSON.stringify(partitions)],
  )
}
