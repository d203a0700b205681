import { readFileIfThere, writeFileDurably } from '../durable-file.ts'

/**
 * INVARIANTS
 * - The highest boot epoch ever used here is noted beside the outbox *before* it is used inside it, so that losing the
 *   outbox file never brings an epoch back.
 * - An epoch is at least the floor that the server gave at enrolment.
 */

/** The epoch for an outbox that is being made: above every one used before. */
export function epochOfNewOutbox(notePath: string, floor: number): number {
  const epoch = Math.max(floor, noted(notePath) + 1)
  writeFileDurably(notePath, `${epoch}\n`)
  return epoch
}

/**
 * The epoch for an outbox that was found with `stored`. It is raised when the server's floor is higher, and when the
 * note is: then this file is an older copy, and the numbers that followed it have been used already.
 */
export function epochOfFoundOutbox(notePath: string, floor: number, stored: number): number {
  const note = noted(notePath)
  const epoch = Math.max(floor, note > stored ? note + 1 : stored)
  if (epoch !== note) writeFileDurably(notePath, `${epoch}\n`)
  return epoch
}

function noted(notePath: string): number {
  const note = Number(readFileIfThere(notePath)?.trim() ?? 0)
  return Number.isSafeInteger(note) && note > 0 ? note : 0
}
