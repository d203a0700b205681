import { asScoutError, type ErrorCode, ScoutError } from '../../app/errors.ts'

/** SQLSTATEs, and what they mean to somebody who is no database. */
const BY_SQLSTATE: Readonly<Record<string, ErrorCode>> = {
  '23505': 'conflict',
  '40001': 'busy',
  '40P01': 'busy',
  '55P03': 'busy',
  '53100': 'disk_full',
  '53300': 'database_unavailable',
  '57014': 'cancelled',
  '57P01': 'database_unavailable',
  '57P02': 'database_unavailable',
  '57P03': 'database_unavailable',
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENOTFOUND',
])

/** The SQLSTATE of a database error, also of one wrapped in a `ScoutError`; `undefined` for anything else. */
export function sqlState(thrown: unknown): string | undefined {
  if (thrown instanceof ScoutError) return sqlState(thrown.cause)
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return undefined
  return /^[0-9A-Z]{5}$/.test(thrown.code) ? thrown.code : undefined
}

/** The constraint that a write broke, by name. */
export function brokenConstraint(thrown: unknown): string | undefined {
  if (thrown instanceof ScoutError) return brokenConstraint(thrown.cause)
  if (!(thrown instanceof Error) || !('constraint' in thrown)) return undefined
  return typeof thrown.constraint === 'string' ? thrown.constraint : undefined
}

/** Anything that node-postgres or a transaction's body threw, as a `ScoutError`; the original stays its `cause`. */
export function fromDatabase(thrown: unknown): ScoutError {
  if (thrown instanceof ScoutError) return thrown
  const state = sqlState(thrown)
  if (state !== undefined) {
    const code = BY_SQLSTATE[state] ?? (state.startsWith('08') ? 'database_unavailable' : 'internal')
    return new ScoutError(code, { cause: thrown })
  }
  if (isLostConnection(thrown)) return new ScoutError('database_unavailable', { cause: thrown })
  return asScoutError(thrown)
}

function isLostConnection(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false
  if ('code' in thrown && typeof thrown.code === 'string' && UNREACHABLE.has(thrown.code)) return true
  return /connection terminated|connection timeout|timeout exceeded when trying to connect/i.test(
    thrown.message,
  )
}
