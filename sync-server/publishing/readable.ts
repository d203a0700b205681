import { z } from 'zod'
import type { Snapshot } from '../../app/contracts/http.ts'
import { indexEnvelope } from '../../app/contracts/manifest.ts'
import { type Sha256, sha256Hex } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool, Transaction } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'
import type { UserPrincipal } from '../identity/access-tokens.ts'
import { readPerson } from '../identity/people.ts'
import { sha256Of } from './envelopes.ts'
import { NO_REGION } from './record-publication.ts'

/*
 * What a person may read: the manifests without a region and those of his regions, and the files they name. His regions are read with
 * every question, not taken from his token, so that a narrower scope holds at once. What he may not read does not exist for him.
 */

export interface ReadableSnapshot {
  readonly snapshot: Snapshot
  /** Changes with the index and with what of it he may read. */
  readonly etag: string
}

/** @throws ScoutError `nothing_to_publish` before the first publication. */
export async function readSnapshot(pool: Pool, user: UserPrincipal): Promise<ReadableSnapshot> {
  return asReader(pool, user, async (tx, regions) => {
    const { rows } = await tx.query(
      'select envelope, sha256 from scout.dataset_index where tenant_id = $1 order by sequence desc limit 1',
      [user.tenantId],
    )
    if (rows[0] === undefined) throw new ScoutError('nothing_to_publish')
    const index = indexEnvelope.parse(JSON.parse(rows[0].envelope.toString('utf8')))
    const { rows: readable } = await tx.query(
      `select sha256 from scout.dataset_manifest
       where tenant_id = $1 and sha256 = any($2::text[]) and ($3::text[] is null or region = any($3::text[]))
       order by sha256`,
      [user.tenantId, index.signed.datasets.flatMap(dataset => dataset.manifests), regions],
    )
    const manifests = readable.map(row => sha256Hex.parse(row.sha256))
    return {
      snapshot: { index, manifests },
      etag: `"${sha256Of([rows[0].sha256, ...manifests].join('\n'))}"`,
    }
  })
}

/** The manifest's envelope, byte for byte. @throws ScoutError `not_found` */
export async function readManifest(pool: Pool, user: UserPrincipal, sha256: Sha256): Promise<Buffer> {
  return asReader(pool, user, async (tx, regions) => {
    const { rows } = await tx.query(
      `select envelope from scout.dataset_manifest
       where tenant_id = $1 and sha256 = $2 and ($3::text[] is null or region = any($3::text[]))`,
      [user.tenantId, sha256, regions],
    )
    const envelope: unknown = rows[0]?.envelope
    if (!Buffer.isBuffer(envelope)) throw new ScoutError('not_found')
    return envelope
  })
}

const blobRow = z.object({ format: z.enum(['parquet', 'geojson']) })

/** What kind of file a blob is, when it stands in a manifest he may read. @throws ScoutError `not_found` */
export async function findBlob(
  pool: Pool,
  user: UserPrincipal,
  sha256: Sha256,
): Promise<z.infer<typeof blobRow>> {
  return asReader(pool, user, async (tx, regions) => {
    const { rows } = await tx.query(
      `select format from scout.dataset_partition
       where tenant_id = $1 and sha256 = $2 and ($3::text[] is null or region = any($3::text[])) limit 1`,
      [user.tenantId, sha256, regions],
    )
    if (rows[0] === undefined) throw new ScoutError('not_found')
    return blobRow.parse(rows[0])
  })
}

/** `regions` is null for everything, else the regions under which readable manifests are recorded. */
function asReader<T>(
  pool: Pool,
  user: UserPrincipal,
  read: (tx: Transaction, regions: readonly string[] | null) => Promise<T>,
): Promise<T> {
  return withTenant(
    pool,
    user.tenantId,
    async tx => {
      const { regions } = await readPerson(tx, user.tenantId, user.userId)
      return read(tx, regions === null ? null : [NO_REGION, ...regions])
    },
    { readOnly: true },
  )
}
