import { mkdtempSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ContractName, claimRequest } from '../../../app/contracts/device.ts'
import {
  CSRF_HEADER,
  errorBody,
  PATHS,
  type Session,
  session,
  type UserRole,
} from '../../../app/contracts/http.ts'
import type { RegionScope } from '../../../app/domain/geography.ts'
import { placeCode, type TenantId, tenantId } from '../../../app/domain/ids.ts'
import { importCatalogue, type StoreRow } from '../../../sync-server/catalogue/import-catalogue.ts'
import { ensureTenant } from '../../../sync-server/catalogue/tenants.ts'
import type { ServerConfig } from '../../../sync-server/config.ts'
import { createClaim } from '../../../sync-server/devices/claims.ts'
import { addPerson } from '../../../sync-server/identity/people.ts'
import type { Keyring } from '../../../sync-server/personal/personal-keys.ts'
import { ensureTrustRoot } from '../../../sync-server/publishing/trust-root.ts'
import { ensureSecrets } from '../../../sync-server/secrets.ts'
import { type RunningServer, startServer } from '../../../sync-server/start-server.ts'
import type { TestDatabase } from '../../support/database.ts'
import { post, TestDevice } from './device.ts'

export const TENANT = tenantId.parse('tindahan')
export const OTHER_TENANT = tenantId.parse('karatula')
export const PASSWORD = 'mabuhay-tayong-lahat'
export const NCR = placeCode.parse('1300000000')
export const ILOCOS = placeCode.parse('0100000000')

/** One store in each of two regions; the other tenant has the same ids. */
const STORES: readonly StoreRow[] = [
  { storeId: 'S1', name: 'Aling Nena', region: 'NCR', city: 'Quezon City', barangay: null },
  { storeId: 'S2', name: 'Mang Jun', region: 'Ilocos Region', city: 'Laoag', barangay: null },
]

/** The real server on a test's database, with two tenants, their stores and people. */
export interface World {
  readonly server: RunningServer
  readonly url: string
  /** Directory of its secrets, keys and blobs. */
  readonly home: string
  /** Turned by a test that lets time pass. */
  readonly clock: { offsetMs: number }
  logIn(email: string): Promise<Session>
  get(path: string, who: Session, headers?: Record<string, string>): Promise<Response>
  device(options?: Partial<ClaimOptions>): Promise<TestDevice>
  /** As if somebody had cleared up in the blob store. */
  loseBlob(sha256: string): Promise<void>
  /** What the server seals with. */
  readonly personal: Keyring
  close(): Promise<void>
}

export interface WorldOptions extends Partial<Pick<ServerConfig, 'rateLimits' | 'ingestion'>> {
  readonly appDir?: string
}

interface ClaimOptions {
  readonly tenant: TenantId
  readonly stores: readonly string[] | null
  readonly backfillFrom: string | null
}

export const emailOf = (role: UserRole, tenant: TenantId = TENANT) => `${role}@${tenant}.example`

export async function openWorld(
  database: TestDatabase,
  { appDir, ...config }: WorldOptions = {},
): Promise<World> {
  const home = mkdtempSync(join(tmpdir(), 'scout-home-'))
  const clock = { offsetMs: 0 }
  const server = await startServer({
    home,
    databaseUrl: database.connectionString,
    appDir,
    config: {
      logLevel: 'silent',
      rateLimits: { login: 1000, enrol: 1000, token: 1000 },
      now: () => new Date(Date.now() + clock.offsetMs),
      ...config,
    },
  })
  const { pool, url } = server
  const { personal } = await ensureSecrets(join(home, 'secrets.json'))
  for (const tenant of [TENANT, OTHER_TENANT]) await populate(server, tenant)

  return {
    server,
    url,
    home,
    clock,
    personal,
    async logIn(email) {
      const response = await post(url, PATHS.login, { email, password: PASSWORD }, { [CSRF_HEADER]: '1' })
      return session.parse(await response.json())
    },
    get(path, who, headers = {}) {
      return fetch(new URL(path, url), {
        headers: { authorization: `Bearer ${who.access_token}`, ...headers },
      })
    },
    async device({ tenant = TENANT, stores = null, backfillFrom = null } = {}) {
      const request = claimRequest.parse({ label: 'test', store_ids: stores, backfill_from: backfillFrom })
      const claim = await createClaim(pool, tenant, request, null, new Date())
      const device = new TestDevice(url)
      await device.enrolled(claim.claim_code)
      await device.logIn()
      return device
    },
    async loseBlob(sha256) {
      const blobs = join(home, 'blobs', sha256.slice(0, 2))
      await Promise.all([sha256, `${sha256}.gz`].map(name => rm(join(blobs, name), { force: true })))
    },
    async close() {
      await server.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

async function populate({ pool, keys }: RunningServer, tenant: TenantId): Promise<void> {
  const now = new Date()
  await ensureTenant(pool, { tenantId: tenant, name: `Tenant ${tenant}`, packId: 'ph', isSample: false }, now)
  await ensureTrustRoot(pool, tenant, keys, now)
  await importCatalogue(pool, tenant, { stores: STORES, products: [] }, now)
  const scopes: Record<UserRole, RegionScope> = { admin: null, analyst: null, manager: [NCR] }
  for (const role of ['admin', 'analyst', 'manager'] as const) {
    const person = {
      email: emailOf(role, tenant),
      name: role,
      role,
      regions: scopes[role],
      password: PASSWORD,
    }
    await addPerson(pool, tenant, person, now)
  }
}

/** The code of an answer that must be an error, held to the contract of error bodies and to its status. */
export async function codeOf(response: Response): Promise<string> {
  const body = errorBody.parse(await response.json())
  return `${response.status} ${body.code}`
}

const AN_HOUR_AGO = new Date(Date.now() - 3_600_000).toISOString()

/** A sale that has nothing wrong with it, as a line's content; the same for the same arguments. */
export function sale(
  id: string,
  change: Record<string, unknown> = {},
): { contract: ContractName; sale: unknown } {
  return {
    contract: 'pos.v1',
    sale: {
      transaction_id: id,
      store_id: 'S1',
      sold_at: AN_HOUR_AGO,
      lines: [{ product_id: 'P1', quantity: 2, unit_price: 12.5, amount: 25 }],
      total: 25,
      ...change,
    },
  }
}
