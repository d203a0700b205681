import { ScoutError } from '../../app/errors.ts'

/**
 * INVARIANTS
 * - What SQLite throws leaves this room only as a `ScoutError`; the SQLite error is its cause.
 */

/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html). */
const BUSY = 5
const LOCKED = 6
const CORRUPT = 11
const FULL = 13
const NOT_A_DATABASE = 26

export function asOutboxError(thrown: unknown): ScoutError {
  if (thrown instanceof ScoutError) return thrown
  switch (resultCode(thrown)) {
    case FULL:
      return new ScoutError('disk_full', { cause: thrown })
    case CORRUPT:
    case NOT_A_DATABASE:
      return new ScoutError('outbox_corrupt', { cause: thrown })
    case BUSY:
    case LOCKED:
      return new ScoutError('outbox_locked', { cause: thrown })
    default:
      return new ScoutError('internal', { cause: thrown })
  }
}

function resultCode(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('errcode' in thrown) || typeof thrown.errcode !== 'number')
    return undefined
  return thrown.errcode & 0xff
}
