import { z } from 'zod'
import { regionScope } from '../domain/geography.ts'
import { datasetId, semanticVersion, sha256Hex, tenantId, userId } from '../domain/ids.ts'
import { ERRORS, type ErrorCode } from '../errors.ts'
import { indexEnvelope } from './manifest.ts'

/** The server's HTTP interface for people and the application. JSON on the wire is snake_case; devices are in `device.ts`. */

const errorCodes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]

/** Body of every answer that is not 2xx. */
export const errorBody = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  retryable: z.boolean(),
  details: z.record(z.string(), z.unknown()).optional(),
})

export const USER_ROLES = ['analyst', 'manager', 'admin'] as const
export const userRole = z.enum(USER_ROLES)
export type UserRole = z.infer<typeof userRole>

/**
 * Sent with every request that a cookie could authorise (log-in, refresh, log-out): another site can't set it without a
 * preflight, which the server never grants. Value: `1`.
 */
export const CSRF_HEADER = 'scout-request'
/** HttpOnly, SameSite=Strict, Path=/v1/auth. */
export const REFRESH_COOKIE = 'scout_refresh'

/** Who is logged in, and what may lie on this laptop for him. */
export const profile = z.object({
  user_id: userId,
  email: z.email(),
  name: z.string(),
  role: userRole,
  tenant_id: tenantId,
  tenant_name: z.string(),
  regions: regionScope,
  /** SHA-256 of the canonical JSON of the tenant's root of trust. */
  root_sha256: sha256Hex,
  /** Until then the application opens this profile without a network. */
  offline_until: z.iso.datetime(),
})
export type Profile = z.infer<typeof profile>

export const loginRequest = z.object({ email: z.email().max(254), password: z.string().min(1).max(1024) })
export type LoginRequest = z.infer<typeof loginRequest>

/** Of log-in and refresh; the refresh token comes as a cookie. */
export const session = z.object({
  access_token: z.string(),
  expires_in: z.number().int().positive(),
  profile,
})
export type Session = z.infer<typeof session>

/** `GET /v1/snapshot`, with an ETag: an unchanged one costs a 304. */
export const snapshot = z.object({
  index: indexEnvelope,
  /** Those manifests of the index that this person may fetch. */
  manifests: z.array(sha256Hex),
})
export type Snapshot = z.infer<typeof snapshot>

export const publishRequest = z.object({
  /** Of all datasets whose content changed; when absent the next patch version. */
  version: semanticVersion.optional(),
  note: z.string().max(1000).default(''),
})

export const job = z.object({
  job_id: z.string(),
  kind: z.enum(['transform', 'publish']),
  state: z.enum(['queued', 'active', 'completed', 'failed']),
  progress: z.object({ stage: z.string(), done: z.number(), total: z.number().optional() }).nullable(),
  error: errorBody.nullable(),
  result: z.unknown().nullable(),
})
export type Job = z.infer<typeof job>

export const publication = z.object({
  sequence: z.number().int().positive(),
  published_at: z.iso.datetime(),
  datasets: z.array(
    z.object({
      dataset_id: datasetId,
      version: semanticVersion,
      partitions: z.number().int(),
      rows: z.number().int(),
      bytes: z.number().int(),
    }),
  ),
})
export type Publication = z.infer<typeof publication>

/** One customer: his pseudonym, or his id, phone or e-mail as the source writes it. In a body, because addresses are logged. */
export const customerRequest = z.object({ customer: z.string().trim().min(1).max(512) })

/** What is known of a customer: everything that was ever said of him, newest first. Reading it is written down. */
export const customerFile = z.object({
  customer_id: z.string(),
  erased_at: z.iso.datetime().nullable(),
  statements: z.array(z.object({ stated_at: z.iso.datetime(), details: z.record(z.string(), z.string()) })),
})
export type CustomerFile = z.infer<typeof customerFile>

export const erasure = z.object({
  customer_ids: z.array(z.string()),
  /** Business days that are refined, and then published, without him. */
  days: z.number().int(),
})

/** Every path of the interface, in one place for the routes and for those who call them. */
export const PATHS = {
  login: '/v1/auth/login',
  refresh: '/v1/auth/refresh',
  logout: '/v1/auth/logout',
  me: '/v1/me',
  root: '/v1/trust/root',
  snapshot: '/v1/snapshot',
  manifest: (sha256: string) => `/v1/manifests/${sha256}`,
  blob: (sha256: string) => `/v1/blobs/${sha256}`,
  claims: '/v1/devices/claims',
  devices: '/v1/devices',
  device: (id: string) => `/v1/devices/${id}`,
  enrol: '/v1/devices/enrol',
  deviceToken: '/v1/devices/token',
  deviceKey: '/v1/devices/key',
  batches: '/v1/ingest/batches',
  ingestionStatus: '/v1/ingest/status',
  deadLetters: '/v1/dead-letters',
  deadLetterShow: '/v1/dead-letters/show',
  deadLetterReplay: '/v1/dead-letters/replay',
  deadLetterDiscard: '/v1/dead-letters/discard',
  quarantine: '/v1/quarantine',
  quarantineShow: '/v1/quarantine/show',
  quarantineRelease: '/v1/quarantine/release',
  sale: (storeId: string, transactionId: string) => `/v1/sales/${storeId}/${transactionId}`,
  customerShow: '/v1/customers/show',
  customerErase: '/v1/customers/erase',
  publications: '/v1/publications',
  transforms: '/v1/transforms',
  job: (id: string) => `/v1/jobs/${id}`,
} as const
