import { z } from 'zod'

/**
 * INVARIANTS
 * - `sale` is the sale's JSON as its source wrote it, on one line: never parsed and written anew, so that unknown fields and
 *   the digits of numbers survive.
 */

export interface NewSale {
  readonly contract: string
  readonly sale: string
}

export interface WaitingSale extends NewSale {
  readonly seq: number
  /** Device time of the append, ISO 8601 in UTC. */
  readonly recordedAt: string
  /** How far the device clock was ahead of the server's then, ms; null where nobody knows. */
  readonly clockOffsetMs: number | null
}

export interface BatchLimit {
  readonly sales: number
  /** Of UTF-8 text before compression. */
  readonly bytes: number
}

/** Something a source could not turn into a sale. */
export interface NewRejection {
  readonly source: string
  /** 1-based, where the source has lines. */
  readonly line: number | null
  readonly contract: string | null
  readonly code: string
  readonly message: string
  readonly raw: string | Uint8Array
}

export interface FileProgress {
  /** Relative to the watched folder. */
  readonly path: string
  /** Bytes whose sales are stored. */
  readonly readTo: number
  /** Lines read so far. */
  readonly line: number
  /** Of the bytes before `readTo`: another file under the same name has another one. */
  readonly fingerprint: string
  /** When it was moved out of the way; `null` while it lies in the folder. */
  readonly doneAt: string | null
}

/** What a source commits together with its sales. */
export interface Alongside {
  readonly rejections?: readonly NewRejection[]
  readonly progress?: readonly FileProgress[]
}

export const waitingRow = z
  .object({
    seq: z.number(),
    contract: z.string(),
    recorded_at: z.string(),
    sale: z.string(),
    offset_ms: z.number().nullable(),
    monotonic_ms: z.number().nullable(),
    server_ahead_ms: z.number().nullable(),
  })
  .transform(
    ({ seq, contract, recorded_at, sale, ...clock }): WaitingSale => ({
      seq,
      contract,
      sale,
      recordedAt: recorded_at,
      clockOffsetMs: clock.offset_ms ?? offsetKnownLater(recorded_at, clock),
    }),
  )

interface LateClock {
  readonly monotonic_ms: number | null
  readonly server_ahead_ms: number | null
}

/** The server was heard after the sale was stored, in the same boot: the monotonic clock reaches back to it. */
function offsetKnownLater(recordedAt: string, { monotonic_ms, server_ahead_ms }: LateClock): number | null {
  if (monotonic_ms === null || server_ahead_ms === null) return null
  return Math.round(Date.parse(recordedAt) - (server_ahead_ms + monotonic_ms))
}

export const progressRow = z.object({
  path: z.string(),
  read_to: z.number(),
  line: z.number(),
  fingerprint: z.string(),
  done_at: z.string().nullable(),
})

export const rejectionRow = z.object({
  rejected_at: z.string(),
  source: z.string(),
  boot_epoch: z.number().nullable(),
  seq: z.number().nullable(),
  line: z.number().nullable(),
  contract: z.string().nullable(),
  code: z.string(),
  message: z.string(),
  raw: z.instanceof(Uint8Array),
})
export type Rejection = z.infer<typeof rejectionRow>
