import { z } from 'zod'
import type { TenantId } from '../../app/domain/ids.ts'
import type { Transaction } from '../database/pool.ts'
import { keyedHash, type PersonalKeys } from './personal-keys.ts'
import { openBytes, sealBytes } from './seal.ts'
import { type Person, type PersonDetails, personDetails } from './withhold.ts'

/** One thing that was said about a customer; the same said again is kept once. */
export interface Statement {
  readonly details: PersonDetails
  readonly statedAt: Date
  readonly keyVersion: number
}

/**
 * Seals and stores what sources said of customers. The role of the application may do just this with the table: insert. Who was erased stays
 * erased.
 */
export async function storePersons(
  tx: Transaction,
  tenant: TenantId,
  keys: PersonalKeys,
  persons: readonly Person[],
  now: Date,
): Promise<void> {
  const rows = distinct(tenant, keys, persons)
  if (rows.length === 0) return
  await tx.query(
    `insert into scout.customer_personal (tenant_id, customer_id, fingerprint, sealed, key_version, stated_at)
     select $1, p.customer_id, p.fingerprint, p.sealed, $2, $3
     from unnest($4::text[], $5::bytea[], $6::bytea[]) as p (customer_id, fingerprint, sealed)
     where not exists (
       select 1 from scout.customer_erased e where e.tenant_id = $1 and e.customer_id = p.customer_id
     )
     -- In one order, so that two batches with the same customers wait for each other instead of blocking each other.
     order by p.customer_id, p.fingerprint
     on conflict do nothing`,
    [
      tenant,
      keys.current,
      now,
      rows.map(row => row.customerId),
      rows.map(row => row.fingerprint),
      rows.map(row => sealBytes(keys, Buffer.from(row.json), contextOf(tenant, row.customerId))),
    ],
  )
}

const statementRow = z.object({ sealed: z.instanceof(Buffer), stated_at: z.date(), key_version: z.number() })

/** Everything that was said of a customer, the newest first. Asked as `scout_personal`. */
export async function readStatements(
  tx: Transaction,
  tenant: TenantId,
  keys: PersonalKeys,
  customerId: string,
): Promise<Statement[]> {
  const { rows } = await tx.query(
    `select sealed, stated_at, key_version from scout.customer_personal
     where tenant_id = $1 and customer_id = $2 order by stated_at desc, fingerprint`,
    [tenant, customerId],
  )
  return rows
    .map(row => statementRow.parse(row))
    .map(({ sealed, stated_at, key_version }) => ({
      details: personDetails.parse(
        JSON.parse(openBytes(keys, sealed, contextOf(tenant, customerId)).toString()),
      ),
      statedAt: stated_at,
      keyVersion: key_version,
    }))
}

/** What a sealed row belongs to: it opens nowhere else. */
export function contextOf(tenant: TenantId, customerId: string): string {
  return `customer_personal\0${tenant}\0${customerId}`
}

function distinct(tenant: TenantId, keys: PersonalKeys, persons: readonly Person[]) {
  const rows = new Map<string, { customerId: string; json: string; fingerprint: Buffer }>()
  for (const { customerId, details } of persons) {
    const json = JSON.stringify(personDetails.parse(details))
    const key = `${customerId}\0${json}`
    if (rows.has(key)) continue
    // Keyed: a plain hash of a phone number is as good as the number.
    rows.set(key, { customerId, json, fingerprint: keyedHash(keys, tenant, 'fingerprint', key) })
  }
  return [...rows.values()]
}
