import { z } from 'zod'
import { canonicalJson } from '../domain/canonical-json.ts'
import { packInfo } from '../domain/geography.ts'
import { datasetId, placeCode, semanticVersion, sha256Hex, tenantId } from '../domain/ids.ts'
import { ScoutError } from '../errors.ts'

/**
 * What is published, and why a laptop may believe it.
 *
 *   root      which keys may sign what; pinned at first log-in by its fingerprint, changes only by its own chain
 *   index     a snapshot of a tenant: every dataset's version and its manifests, by hash alone
 *   manifest  one (tenant, dataset, region, version): schema, grain, lineage and the partitions by hash
 *   partition a file, named by its SHA-256
 *
 * Each of the first three is an envelope: `signed` and Ed25519 signatures over the canonical JSON of `signed`.
 * After The Update Framework (root, snapshot, targets); timestamps come as a further role under the same root.
 */

const keyId = sha256Hex.describe('SHA-256 of the raw public key')
const publicKey = z.base64url().length(43)

export const envelope = <T extends z.ZodType>(signed: T) =>
  z.object({
    signed,
    signatures: z
      .array(z.object({ key_id: keyId, signature: z.base64url().length(86) }))
      .min(1)
      .max(16),
  })

const role = z.object({ key_ids: z.array(keyId).min(1).max(16), threshold: z.number().int().min(1).max(16) })

export const ROLES = ['root', 'index', 'manifest'] as const
export type Role = (typeof ROLES)[number]

export const root = z.object({
  type: z.literal('root'),
  spec_version: z.literal(1),
  tenant_id: tenantId,
  version: z.number().int().positive(),
  expires_at: z.iso.datetime(),
  /** Public keys by their id. */
  keys: z.record(z.string(), z.object({ algorithm: z.literal('ed25519'), public_key: publicKey })),
  roles: z.object({ root: role, index: role, manifest: role }),
})
export type Root = z.infer<typeof root>

export const index = z.object({
  type: z.literal('index'),
  spec_version: z.literal(1),
  tenant_id: tenantId,
  /** Grows with every publication: a client never goes back. */
  sequence: z.number().int().positive(),
  published_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  /** Hashes alone, of every region: nobody reads from them what is not his. */
  datasets: z.array(
    z.object({ dataset_id: datasetId, version: semanticVersion, manifests: z.array(sha256Hex) }),
  ),
})
export type Index = z.infer<typeof index>

const COLUMN_TYPES = ['utf8', 'int32', 'float64', 'date32', 'bool'] as const
const column = z.object({
  name: z.string(),
  type: z.enum(COLUMN_TYPES),
  nullable: z.boolean(),
  /** In words, with the unit. */
  description: z.string(),
})
export type Column = z.infer<typeof column>

const bound = z.union([z.string(), z.number(), z.null()])

const partition = z.object({
  sha256: sha256Hex,
  bytes: z.number().int().nonnegative(),
  rows: z.number().int().nonnegative(),
  format: z.enum(['parquet', 'geojson']),
  /** What the partition is keyed by, such as `{month: '2025-08'}`, `{year: '2025'}` or `{level: 'city', detail: 'low'}`. */
  values: z.record(z.string(), z.string()),
  /** Smallest and largest value a column takes in it; for those columns that a reader can skip by. */
  ranges: z.record(z.string(), z.object({ min: bound, max: bound })),
})
export type Partition = z.infer<typeof partition>

const datasetWarning = z.object({
  check: z.string(),
  /** What should hold and does not, in words. */
  promise: z.string(),
  /** How many rows of this region speak against it; null where the check does not tell regions apart. */
  rows: z.number().int().positive().nullable(),
})
export type DatasetWarning = z.infer<typeof datasetWarning>

export const manifest = z.object({
  type: z.literal('manifest'),
  spec_version: z.literal(1),
  tenant_id: tenantId,
  dataset_id: datasetId,
  version: semanticVersion,
  /** The region all its rows lie in; null for data that belongs to no region. */
  region: placeCode.nullable(),
  published_at: z.iso.datetime(),
  title: z.string(),
  /** What one row is. */
  grain: z.string(),
  columns: z.array(column),
  /** SHA-256 of the canonical JSON of `columns`. */
  schema_sha256: sha256Hex,
  geography_vintage: z.string(),
  /** Medallion runs whose output this is. */
  lineage: z.object({ runs: z.array(z.string()) }),
  /** Checks that found something and let it pass; absent when none did. */
  warnings: z.array(datasetWarning).optional(),
  /** True while the rows are synthetic sample data: shown wherever they are. */
  sample: z.boolean(),
  /** Of `reference.geography` only: what the pack says of its country. */
  pack: packInfo.nullable(),
  partitions: z.array(partition),
})
export type Manifest = z.infer<typeof manifest>

export const rootEnvelope = envelope(root)
export const indexEnvelope = envelope(index)
export const manifestEnvelope = envelope(manifest)

/** The exact bytes that are signed. */
export function signedBytes(signed: unknown): string {
  return canonicalJson(signed)
}

/** Verifies one Ed25519 signature: raw 32-byte key and 64-byte signature as base64url, message as text (UTF-8). */
export type VerifySignature = (publicKey: string, signature: string, message: string) => Promise<boolean>

/**
 * Checks that enough different keys of `role` signed the envelope. Signatures by unknown keys count for nothing.
 *
 * @throws ScoutError `metadata_invalid` when fewer than the role's threshold hold.
 */
export async function verifyEnvelope(
  envelope: {
    readonly signed: unknown
    readonly signatures: ReadonlyArray<{ key_id: string; signature: string }>
  },
  roleName: Role,
  trusted: Root,
  verify: VerifySignature,
): Promise<void> {
  const { key_ids, threshold } = trusted.roles[roleName]
  const message = signedBytes(envelope.signed)
  const good = new Set<string>()
  for (const { key_id, signature } of envelope.signatures) {
    const key = trusted.keys[key_id]
    if (key === undefined || good.has(key_id) || !key_ids.some(id => id === key_id)) continue
    if (await verify(key.public_key, signature, message)) good.add(key_id)
  }
  if (good.size < threshold) {
    throw new ScoutError('metadata_invalid', {
      details: { role: roleName, signatures: good.size, threshold },
    })
  }
}

/** The fingerprint shown to a person: SHA-256 of the canonical JSON of the root, in eight groups of eight hex digits. */
export function formatFingerprint(sha256: string): string {
  return sha256.match(/.{8}/g)?.join(' ') ?? sha256
}
