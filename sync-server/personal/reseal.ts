import { z } from 'zod'
import type { LongWork } from '../../app/contracts/long-work.ts'
import type { TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import { listTenants } from '../catalogue/tenants.ts'
import type { Pool, Transaction } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'
import { refusedContext } from '../ingestion/bronze-rows.ts'
import { contextOf } from './person-rows.ts'
import type { PersonalKeys } from './personal-keys.ts'
import { asPersonalRole } from './personal-role.ts'
import { openBytes, sealBytes } from './seal.ts'

export type ResealStage = 'customers' | 'refused sales'

/** Rows that another key sealed than the one that seals now, or none at all. */
export async function countOutdated(pool: Pool, keys: PersonalKeys): Promise<number> {
  let outdated = 0
  for (const tenant of await listTenants(pool)) {
    for (const table of TABLES)
      outdated += await withTenant(pool, tenant, tx => table.count(tx, tenant, keys))
  }
  return outdated
}

/**
 * Seals with the current key whatever another one sealed. A batch is a transaction: stopped at any moment it goes on where it was, and who reads
 * meanwhile can. What a server that has not yet learned of the key seals behind its back is found by the next pass over the table.
 *
 * @returns rows sealed anew
 * @throws ScoutError `cancelled`, `personal_unreadable`
 */
export async function reseal(
  pool: Pool,
  keys: PersonalKeys,
  { signal, onProgress }: LongWork<ResealStage> = {},
): Promise<number> {
  const tenants = await listTenants(pool)
  let resealed = 0
  for (const table of TABLES) {
    let total = 0
    for (const tenant of tenants) total += await withTenant(pool, tenant, tx => table.count(tx, tenant, keys))
    let done = 0
    for (const tenant of tenants) {
      for (;;) {
        if (signal?.aborted) throw new ScoutError('cancelled')
        const rows = await withTenant(pool, tenant, tx => table.batch(tx, tenant, keys))
        if (rows === 0) break
        done += rows
        onProgress?.({ stage: table.stage, done, total: Math.max(total, done) })
      }
    }
    resealed += done
  }
  return resealed
}

interface SealedTable {
  readonly stage: ResealStage
  count(tx: Transaction, tenant: TenantId, keys: PersonalKeys): Promise<number>
  /** Seals some rows anew; 0 when there are none left. */
  batch(tx: Transaction, tenant: TenantId, keys: PersonalKeys): Promise<number>
}

const CUSTOMERS_A_BATCH = 1_000
/** Each may be a mebibyte. */
const REFUSED_A_BATCH = 20

const countRow = z.object({ rows: z.number() })
const personRow = z.object({
  customer_id: z.string(),
  fingerprint: z.instanceof(Buffer),
  sealed: z.instanceof(Buffer),
})
const refusedRow = z.object({
  refused_id: z.string(),
  raw: z.instanceof(Buffer),
  key_version: z.number().nullable(),
})

const TABLES: readonly SealedTable[] = [
  {
    stage: 'customers',
    count: (tx, tenant, keys) =>
      asPersonalRole(tx, async () => {
        const { rows } = await tx.query(
          'select count(*) as rows from scout.customer_personal where tenant_id = $1 and key_version < $2',
          [tenant, keys.current],
        )
        return countRow.parse(rows[0]).rows
      }),
    batch: (tx, tenant, keys) =>
      asPersonalRole(tx, async () => {
        const { rows } = await tx.query(
          `select customer_id, fingerprint, sealed from scout.customer_personal
           where tenant_id = $1 and key_version < $2
           limit ${CUSTOMERS_A_BATCH} for update`,
          [tenant, keys.current],
        )
        const old = rows.map(row => personRow.parse(row))
        const fresh = old.map(({ customer_id, sealed }) => {
          const context = contextOf(tenant, customer_id)
          return sealBytes(keys, openBytes(keys, sealed, context), context)
        })
        await tx.query(
          `update scout.customer_personal c set sealed = r.sealed, key_version = $2
           from unnest($3::text[], $4::bytea[], $5::bytea[]) as r (customer_id, fingerprint, sealed)
           where c.tenant_id = $1 and c.customer_id = r.customer_id and c.fingerprint = r.fingerprint`,
          [tenant, keys.current, old.map(row => row.customer_id), old.map(row => row.fingerprint), fresh],
        )
        return old.length
      }),
  },
  {
    stage: 'refused sales',
    async count(tx, tenant, keys) {
      const { rows } = await tx.query(
        'select count(*) as rows from scout.bronze_refused where tenant_id = $1 and coalesce(key_version, 0) < $2',
        [tenant, keys.current],
      )
      return countRow.parse(rows[0]).rows
    },
    async batch(tx, tenant, keys) {
      const { rows } = await tx.query(
        `select refused_id, raw, key_version from scout.bronze_refused
         where tenant_id = $1 and coalesce(key_version, 0) < $2
         limit ${REFUSED_A_BATCH} for update`,
        [tenant, keys.current],
      )
      const old = rows.map(row => refusedRow.parse(row))
      const fresh = old.map(({ refused_id, raw, key_version }) => {
        const context = refusedContext(tenant, refused_id)
        return sealBytes(keys, key_version === null ? raw : openBytes(keys, raw, context), context)
      })
      await tx.query(
        `update scout.bronze_refused b set raw = r.raw, key_version = $2
         from unnest($3::text[], $4::bytea[]) as r (refused_id, raw)
         where b.tenant_id = $1 and b.refused_id = r.refused_id`,
        [tenant, keys.current, old.map(row => row.refused_id), fresh],
      )
      return old.length
    },
  },
]
