import { z } from 'zod'
import { deviceId, storeId, tenantId } from '../domain/ids.ts'

/** What a store device and the sync server say to each other. JSON on the wire is snake_case. */

export const MAX_SALE_BYTES = 1 << 20
/** Of a batch after inflating; the compressed body may not be larger either. */
export const MAX_BATCH_BYTES = 16 << 20
export const MAX_BATCH_SALES = 2_000

// ---- Sales: three contracts, each of ours. Unknown fields are kept; what is unknown is null, never a default.

const text = z.string().max(512)
const opaqueId = z.union([z.string().min(1).max(128), z.number().int().transform(String)])
const nullableText = text.nullish()
/** Pesos or a quantity: a number, or a decimal in text when it has more digits than a double keeps. */
const decimal = z.union([z.number(), z.string().regex(/^-?\d{1,15}(\.\d{1,6})?$/, 'a decimal such as 12.50')])
const nullableDecimal = decimal.nullish()
/** ISO 8601 with or without a zone; without one it is local to the geography pack. */
const moment = z.iso.datetime({ offset: true, local: true })
const fraction = z.number().min(0).max(1)

/** Who bought, as the source knows him. All but the type are withheld on the way in: bronze holds a pseudonym. */
const customer = {
  customer_id: opaqueId.nullish(),
  customer_name: nullableText,
  customer_phone: nullableText,
  customer_email: nullableText,
  customer_type: nullableText,
} as const

const posLine = z.looseObject({
  product_id: opaqueId.nullish(),
  product_name: nullableText,
  brand: nullableText,
  category: nullableText,
  quantity: decimal,
  unit_price: nullableDecimal,
  discount: nullableDecimal,
  amount: nullableDecimal,
})

/** What a till knows: store, time, lines, total. */
export const posSale = z.looseObject({
  transaction_id: opaqueId,
  store_id: opaqueId,
  sold_at: moment,
  revised_at: moment.nullish(),
  voided: z.boolean().nullish(),
  lines: z.array(posLine).max(1000),
  total: nullableDecimal,
  discount: nullableDecimal,
  tax: nullableDecimal,
  payment_method: nullableText,
  ...customer,
  campaign_id: opaqueId.nullish(),
  campaign_influenced: z.boolean().nullish(),
})
export type PosSale = z.infer<typeof posSale>

const edgeItem = z.looseObject({
  category_name: nullableText,
  brand_name: nullableText,
  product_name: nullableText,
  local_name: nullableText,
  qty: decimal,
  unit: nullableText,
  unit_price: nullableDecimal,
  total_price: nullableDecimal,
  detection_method: nullableText,
  confidence: fraction.nullish(),
})

/** What a listening and watching device hears and sees of a sale. */
export const edgeSale = z.looseObject({
  transaction_id: opaqueId,
  store: z.looseObject({ id: opaqueId, tz_offset_min: z.number().int().min(-720).max(840).nullish() }),
  ts_utc: moment,
  tx_start_ts: moment.nullish(),
  tx_end_ts: moment.nullish(),
  revised_at: moment.nullish(),
  voided: z.boolean().nullish(),
  transcript: z.string().max(20_000).nullish(),
  duration_seconds: z.number().nullish(),
  confidence: fraction.nullish(),
  handshake_score: fraction.nullish(),
  request: z
    .looseObject({
      request_type: nullableText,
      request_mode: nullableText,
      payment_method: nullableText,
      gender: nullableText,
      age_bracket: nullableText,
    })
    .nullish(),
  items: z.array(edgeItem).max(1000),
  suggestion: z.looseObject({ offered: z.boolean().nullish(), accepted: z.boolean().nullish() }).nullish(),
  /** What was asked for and what was sold instead. */
  substitution: z
    .looseObject({
      asked_brand_name: nullableText,
      final_brand_name: nullableText,
      asked_product_name: nullableText,
      final_product_name: nullableText,
      reason: nullableText,
    })
    .nullish(),
  ...customer,
  amounts: z.looseObject({ transaction_amount: nullableDecimal, price_source: nullableText }).nullish(),
})
export type EdgeSale = z.infer<typeof edgeSale>

/** One flat record a sale, with its main product beside it. Its amount and type must be stated, even if as null. */
export const flatSale = z.looseObject({
  id: opaqueId,
  store_id: opaqueId,
  timestamp: moment,
  revised_at: moment.nullish(),
  voided: z.boolean().nullish(),
  location: z
    .looseObject({ barangay: nullableText, city: nullableText, province: nullableText, region: nullableText })
    .nullish(),
  product_category: nullableText,
  brand_name: nullableText,
  sku: nullableText,
  units_per_transaction: decimal.nullable(),
  peso_value: decimal.nullable(),
  request_type: text.nullable(),
  basket_size: nullableDecimal,
  combo_basket: z
    .array(z.looseObject({ sku: nullableText, quantity: decimal, unit_price: nullableDecimal }))
    .max(1000)
    .nullish(),
  request_mode: nullableText,
  suggestion_accepted: z.boolean().nullish(),
  /** What was asked for and what was sold instead. */
  substitution_event: z
    .looseObject({
      occurred: z.boolean().nullish(),
      from_sku: nullableText,
      to_sku: nullableText,
      reason: nullableText,
    })
    .nullish(),
  gender: nullableText,
  age_bracket: nullableText,
  duration_seconds: z.number().nullish(),
  confidence: fraction.nullish(),
  transcript: z.string().max(20_000).nullish(),
  handshake_score: fraction.nullish(),
  payment_method: nullableText,
  ...customer,
  campaign_id: opaqueId.nullish(),
  campaign_influenced: z.boolean().nullish(),
})
export type FlatSale = z.infer<typeof flatSale>

export const SALE_CONTRACTS = { 'pos.v1': posSale, 'edge.v1': edgeSale, 'flat.v1': flatSale } as const
export const CONTRACT_NAMES = ['pos.v1', 'edge.v1', 'flat.v1'] as const
export type ContractName = (typeof CONTRACT_NAMES)[number]
export const contractName = z.enum(CONTRACT_NAMES)

// ---- Enrolment and tokens

/** Raw 32-byte Ed25519 public key, base64url. */
const publicKey = z.base64url().length(43)
const signature = z.base64url().length(86)

/** What the device signs to show that it holds the private key: the canonical JSON of the request without `signature`. */
export const enrolRequest = z.object({
  claim_code: z.string().min(8).max(64),
  public_key: publicKey,
  name: z.string().trim().min(1).max(128),
  agent_version: z.string().max(32),
  signature,
})
export type EnrolRequest = z.infer<typeof enrolRequest>

export const enrolResponse = z.object({
  device_id: deviceId,
  tenant_id: tenantId,
  /** The outbox of this device must use this boot epoch or a higher one. */
  boot_epoch_floor: z.number().int().positive(),
  server_time: z.iso.datetime(),
})
export type EnrolResponse = z.infer<typeof enrolResponse>

/** `assertion`: a JWT signed with the device key (EdDSA), `iss` = device id, `aud` = 'scout-device', lifetime ≤ 5 min, `jti` once. */
export const deviceTokenRequest = z.object({ assertion: z.string().max(4096) })
export const deviceTokenResponse = z.object({
  access_token: z.string(),
  expires_in: z.number().int().positive(),
  server_time: z.iso.datetime(),
})
export const DEVICE_AUDIENCE = 'scout-device'

// ---- Rotation of the device's key

/**
 * Announces the key that is to follow. Sent with the device's access token, and signed twice over the canonical JSON of
 * `{device_id, previous_key, public_key}`: by the key in use and by the new one. Sent again after a lost answer it is answered the same.
 */
export const deviceKeyRequest = z.object({
  device_id: deviceId,
  previous_key: publicKey,
  public_key: publicKey,
  /** By `previous_key`. */
  signature,
  /** By `public_key`. */
  new_signature: signature,
})
export type DeviceKeyRequest = z.infer<typeof deviceKeyRequest>

export const deviceKeyResponse = z.object({
  /** The old key is taken until then, or until the new one is first used. After its first use, the old one is a copy's. */
  overlap_until: z.iso.datetime(),
  server_time: z.iso.datetime(),
})
export const KEY_OVERLAP_MS = 7 * 86_400_000

// ---- Batches: gzip of NDJSON. Line 1 is the header; line i+1 is the sale with `seqs[i]`, so one bad line is refused alone.

export const BATCH_MEDIA_TYPE = 'application/x-ndjson'
/** Header of the request: base64url Ed25519 signature of the compressed body by the device key. */
export const BATCH_SIGNATURE_HEADER = 'scout-signature'

const seq = z.number().int().positive().max(Number.MAX_SAFE_INTEGER)

/** How far a device's clock is ahead of the server's, ms: 300 years, so that no moment put right by it leaves what a database can hold. */
const clockOffset = z.number().int().min(-1e13).max(1e13)

export const batchHeader = z.object({
  boot_epoch: z.number().int().positive(),
  seqs: z.array(seq).min(1).max(MAX_BATCH_SALES),
  /** Device clock at sending, and how far it is ahead of the server's (ms), null before it was measured. */
  sent_at: z.iso.datetime({ offset: true }),
  clock_offset_ms: clockOffset.nullable(),
  agent_version: z.string().max(32),
  /** Sales waiting in the outbox, those of this batch included. */
  backlog: z.number().int().nonnegative(),
  /** Bytes of the waiting sales, as the outbox counts them, and how many it may hold. */
  outbox_bytes: z.number().int().nonnegative().optional(),
  outbox_max_bytes: z.number().int().positive().optional(),
  /** Sales that a full outbox gave up under `drop-oldest`, in all, and since when (device clock). Absent when there are none. */
  drops: z.object({ sales: z.number().int().positive(), since: z.iso.datetime({ offset: true }) }).optional(),
})
export type BatchHeader = z.infer<typeof batchHeader>

/** One line of a batch. `sale` is parsed by the contract that it names. */
export const batchLine = z.object({
  contract: z.string().max(32),
  /** Device clock when the sale entered the outbox. */
  recorded_at: z.iso.datetime({ offset: true }),
  /** How far that clock was ahead of the server's at `recorded_at` (ms), as far as it was measured then or later in the same boot. */
  clock_offset_ms: clockOffset.nullish(),
  sale: z.unknown(),
})

/** Why a stored sale waits outside silver. */
export const QUARANTINE_REASONS = [
  'unknown_store',
  'gate_transcript',
  'gate_duration',
  'gate_confidence',
  'clock_future',
  'clock_past',
] as const
export type QuarantineReason = (typeof QUARANTINE_REASONS)[number]

const saleOutcome = z.discriminatedUnion('outcome', [
  z.object({ seq, outcome: z.literal('accepted') }),
  z.object({ seq, outcome: z.literal('duplicate') }),
  z.object({ seq, outcome: z.literal('quarantined'), reasons: z.array(z.enum(QUARANTINE_REASONS)).min(1) }),
  /** `code` is one of `app/errors.ts`; text here, so that an older agent survives a newer server. */
  z.object({ seq, outcome: z.literal('refused'), code: z.string(), message: z.string() }),
])
export type SaleOutcome = z.infer<typeof saleOutcome>

/** Sent after commit: every seq of the header has exactly one outcome and may leave the outbox. */
export const batchResponse = z.object({ outcomes: z.array(saleOutcome), server_time: z.iso.datetime() })
export type BatchResponse = z.infer<typeof batchResponse>

// ---- Gates: below one of them a sale is kept in bronze and quarantined.
export const GATES = { transcriptChars: 12, durationSeconds: [2, 600], confidence: 0.6 } as const
/** A sale further ahead of the server's clock than this is quarantined. */
export const CLOCK_FUTURE_MS = 10 * 60_000
/** A sale older than this on arrival is quarantined, unless the enrolment grants a backfill. */
export const CLOCK_PAST_MS = 90 * 86_400_000

// ---- Claims, by an administrator

export const claimRequest = z.object({
  label: z.string().trim().min(1).max(128),
  store_ids: z.array(storeId).min(1).max(10_000).nullable().default(null),
  expires_in_hours: z
    .number()
    .int()
    .min(1)
    .max(24 * 30)
    .default(48),
  /** Sales from this day on are welcome however late they arrive. */
  backfill_from: z.iso
    .date()
    .refine(day => day >= '1900-01-01', 'no day before 1900')
    .nullable()
    .default(null),
})
export const claimResponse = z.object({ claim_code: z.string(), expires_at: z.iso.datetime() })

const DEVICE_STATUSES = ['active', 'suspended', 'revoked'] as const
export const deviceStatus = z.enum(DEVICE_STATUSES)

/** What an administrator may change. A revoked device does not come back: it is enrolled anew. */
export const deviceChange = z
  .object({ name: z.string().trim().min(1).max(128), status: deviceStatus })
  .partial()
  .refine(change => change.name !== undefined || change.status !== undefined, 'a name or a status')
export type DeviceChange = z.infer<typeof deviceChange>

export const deviceSummary = z.object({
  device_id: deviceId,
  name: z.string(),
  status: deviceStatus,
  enrolled_at: z.iso.datetime(),
  agent_version: z.string().nullable(),
  last_contact_at: z.iso.datetime().nullable(),
  /** As of the last batch: sales waiting, and their bytes of how many allowed. */
  backlog: z.number().int().nullable(),
  outbox_bytes: z.number().int().nullable(),
  outbox_max_bytes: z.number().int().nullable(),
  /** Sales that its full outbox gave up, and since when by its own clock. */
  dropped_sales: z.number().int(),
  dropped_since: z.iso.datetime().nullable(),
  /** How far its clock is ahead of the server's. */
  clock_offset_ms: z.number().int().nullable(),
  /** When the key that it uses was announced. */
  key_since: z.iso.datetime(),
})
export type DeviceSummary = z.infer<typeof deviceSummary>
