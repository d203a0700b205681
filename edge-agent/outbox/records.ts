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

export const waitingRow = z.object({
  seq: z.number(),
  contract: z.string(),
  recorded_at: z.string(),
  sale: z.string(),
})

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
