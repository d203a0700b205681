import { z } from 'zod'
import { QUARANTINE_REASONS } from './device.ts'

/** What ingestion refused or held back, and what an administrator does about it. JSON on the wire is snake_case. */

// ---- Dead letters: lines that could not be kept as a sale

export const deadLetter = z.object({
  /** Device, boot epoch, seq and the hash of the bytes. */
  dead_letter_id: z.string(),
  device_id: z.string().nullable(),
  boot_epoch: z.number().int().nullable(),
  seq: z.number().int().nullable(),
  received_at: z.iso.datetime(),
  /** Of `app/errors.ts`: why it was refused, the last time it was judged. */
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).nullable(),
  /** Null while it is open. */
  settled_as: z.enum(['stored', 'discarded']).nullable(),
  settled_at: z.iso.datetime().nullable(),
  settled_note: z.string().nullable(),
  tries: z.number().int(),
  last_tried_at: z.iso.datetime().nullable(),
})
export type DeadLetter = z.infer<typeof deadLetter>

/** With the line itself. */
export const openedDeadLetter = deadLetter.extend({ line: z.string() })

const id = z.string().min(1).max(512)
const MOST_AT_ONCE = 1_000
const ids = z.array(id).min(1).max(MOST_AT_ONCE)
const reason = z.string().trim().min(3).max(1_000)
export const listLimit = z.coerce.number().int().min(1).max(MOST_AT_ONCE).default(100)

export const deadLetterQuery = z.object({
  code: z.string().max(64).optional(),
  device: z.string().max(128).optional(),
  settled: z.enum(['true', 'false']).default('false'),
  limit: listLimit,
})
export const deadLetterRequest = z.object({ dead_letter_id: id })
export const replayRequest = z.object({
  dead_letter_ids: ids,
  /** The whole line, corrected; for a single one. */
  line: z
    .string()
    .max(1 << 20)
    .optional(),
})
export const discardRequest = z.object({ dead_letter_ids: ids, reason })

export const replayOutcome = z.object({
  dead_letter_id: z.string(),
  outcome: z.string().describe('stored, refused again, or as it was settled before'),
  message: z.string(),
})
export type ReplayOutcome = z.infer<typeof replayOutcome>

// ---- Quarantine: sales that are kept and wait outside silver

export const heldSale = z.object({
  /** Device, boot epoch and seq. */
  event_id: z.string(),
  store_id: z.string(),
  transaction_id: z.string(),
  contract: z.string(),
  occurred_at: z.iso.datetime(),
  received_at: z.iso.datetime(),
  reasons: z.array(z.string()),
})
export type HeldSale = z.infer<typeof heldSale>

/** With the sale itself, in which customers are pseudonyms. */
export const openedHeldSale = heldSale.extend({ sale: z.unknown() })

export const quarantineQuery = z.object({
  reason: z.enum(QUARANTINE_REASONS).optional(),
  store: z.string().max(128).optional(),
  limit: listLimit,
})
export const heldSaleRequest = z.object({ event_id: id })
export const releaseRequest = z.object({
  event_ids: ids,
  /** Why the gates and the clock do not matter here; without it only what no longer applies is lifted. */
  force_reason: reason.optional(),
})
export const releaseOutcome = z.object({
  event_id: z.string(),
  /** What still holds it back; empty when it is free. */
  reasons: z.array(z.string()),
})
export type ReleaseOutcome = z.infer<typeof releaseOutcome>

// ---- Versions of a transaction

export const saleVersion = z.object({
  event_id: z.string(),
  contract: z.string(),
  /** Hex. */
  event_hash: z.string(),
  occurred_at: z.iso.datetime(),
  business_day: z.iso.date(),
  recorded_at: z.iso.datetime(),
  received_at: z.iso.datetime(),
  revised_at: z.iso.datetime().nullable(),
  /** By which versions are ordered. */
  version_at: z.iso.datetime().nullable(),
  voided: z.boolean(),
  reasons: z.array(z.string()),
  stands: z.boolean(),
  /** Why it stands, or why not. */
  why: z.string(),
  sale: z.unknown(),
})
export type SaleVersion = z.infer<typeof saleVersion>

// ---- How ingestion is doing

export const ingestionStatus = z.object({
  /** Of the sales that arrived in the last so many hours. */
  hours: z.number(),
  sales: z.number().int(),
  /** From a sale's write at its source to its arrival, seconds; null where no clock was measured. */
  latency_p50_s: z.number().nullable(),
  latency_p95_s: z.number().nullable(),
  last_batch_at: z.iso.datetime().nullable(),
  /** Since then, seconds. */
  silent_for_s: z.number().nullable(),
  /** Sales that devices said they hold back. */
  backlog: z.number().int(),
  quarantined: z.number().int(),
  dead_letters: z.number().int(),
  days_to_refine: z.number().int(),
})
export type IngestionStatus = z.infer<typeof ingestionStatus>
