import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type Profile, profile, type UserRole, userRole } from '../../app/contracts/http.ts'
import { type RegionScope, regionScope } from '../../app/domain/geography.ts'
import { type TenantId, tenantId, type UserId, userId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool, Transaction } from '../database/pool.ts'
import { withSystem, withTenant } from '../database/tenant.ts'
import { recordAudit } from './audit.ts'
import { OFFLINE_S } from './lifetimes.ts'
import { hashPassword, verifyPassword } from './passwords.ts'

export interface Person {
  readonly tenantId: TenantId
  readonly userId: UserId
  readonly email: string
  readonly name: string
  readonly role: UserRole
  readonly regions: RegionScope
}

const personRow = z
  .object({
    tenant_id: tenantId,
    user_id: userId,
    email: z.string(),
    name: z.string(),
    role: userRole,
    regions: regionScope,
  })
  .transform(
    (row): Person => ({
      tenantId: row.tenant_id,
      userId: row.user_id,
      email: row.email,
      name: row.name,
      role: row.role,
      regions: row.regions,
    }),
  )

const COLUMNS = 'tenant_id, user_id, email, name, role, regions'

/**
 * Whose e-mail and password these are. An address that several tenants share belongs to nobody here.
 *
 * @throws ScoutError `credentials_invalid`, after the same time whatever was wrong.
 */
export async function logIn(pool: Pool, email: string, password: string, now: Date): Promise<Person> {
  const found = await withSystem(pool, async tx => {
    const { rows } = await tx.query(
      `select ${COLUMNS}, password_hash from scout.app_user where email = $1 and disabled_at is null limit 2`,
      [email.trim().toLowerCase()],
    )
    return rows.length === 1 ? rows[0] : null
  })
  const matches = await verifyPassword(found?.password_hash ?? null, password)
  if (!matches) throw new ScoutError('credentials_invalid')
  const person = personRow.parse(found)
  await withTenant(pool, person.tenantId, async tx => {
    await tx.query('update scout.app_user set last_login_at = $3 where tenant_id = $1 and user_id = $2', [
      person.tenantId,
      person.userId,
      now,
    ])
    const actor = { kind: 'user', id: person.userId } as const
    await recordAudit(tx, person.tenantId, { actor, action: 'logged_in', subject: person.userId }, now)
  })
  return person
}

/** @throws ScoutError `session_revoked` when the person is gone or disabled. */
export async function readPerson(tx: Transaction, tenant: TenantId, id: UserId): Promise<Person> {
  const { rows } = await tx.query(
    `select ${COLUMNS} from scout.app_user where tenant_id = $1 and user_id = $2 and disabled_at is null`,
    [tenant, id],
  )
  if (rows[0] === undefined) throw new ScoutError('session_revoked')
  return personRow.parse(rows[0])
}

/** What the application knows of who is logged in; `now` starts the time it may stay offline. */
export async function readProfile(pool: Pool, tenant: TenantId, id: UserId, now: Date): Promise<Profile> {
  const { person, tenantName, rootSha256 } = await withTenant(pool, tenant, async tx => {
    const person = await readPerson(tx, tenant, id)
    const { rows } = await tx.query(
      `select t.name, r.sha256
       from scout.tenant t
       join scout.trust_root r on r.tenant_id = t.tenant_id
       where t.tenant_id = $1
       order by r.version desc limit 1`,
      [tenant],
    )
    return { person, tenantName: rows[0]?.name, rootSha256: rows[0]?.sha256 }
  })
  return profile.parse({
    user_id: person.userId,
    email: person.email,
    name: person.name,
    role: person.role,
    tenant_id: person.tenantId,
    tenant_name: tenantName,
    regions: person.regions,
    root_sha256: rootSha256,
    offline_until: new Date(now.getTime() + OFFLINE_S * 1000).toISOString(),
  })
}

export interface NewPerson {
  readonly email: string
  readonly name: string
  readonly role: UserRole
  readonly regions: RegionScope
  readonly password: string
}

/**
 * @returns false when the tenant has a person of this address already; he stays as he is.
 * @throws ScoutError `conflict` when somebody of another tenant logs in with it: then neither could.
 */
export async function addPerson(
  pool: Pool,
  tenant: TenantId,
  person: NewPerson,
  now: Date,
): Promise<boolean> {
  const email = person.email.trim().toLowerCase()
  const elsewhere = await withSystem(pool, async tx => {
    const { rows } = await tx.query(
      'select 1 from scout.app_user where email = $1 and tenant_id <> $2 limit 1',
      [email, tenant],
    )
    return rows.length > 0
  })
  if (elsewhere) throw new ScoutError('conflict', { message: `${email} is of another tenant already.` })
  const passwordHash = await hashPassword(person.password)
  return withTenant(pool, tenant, async tx => {
    const { rows } = await tx.query(
      `insert into scout.app_user (tenant_id, user_id, email, name, password_hash, role, regions, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (tenant_id, email) do nothing
       returning user_id`,
      [tenant, randomUUID(), email, person.name, passwordHash, person.role, person.regions, now],
    )
    return rows.length === 1
  })
}

export async function listPeople(pool: Pool, tenant: TenantId): Promise<Person[]> {
  return withTenant(pool, tenant, async tx => {
    const { rows } = await tx.query(
      `select ${COLUMNS} from scout.app_user where tenant_id = $1 order by email`,
      [tenant],
    )
    return rows.map(row => personRow.parse(row))
  })
}
