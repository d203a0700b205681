import pg from 'pg'

/** What a transaction's body may do: ask. Begin and commit belong to `tenant.ts`. */
export type Transaction = Pick<pg.ClientBase, 'query'>

export type Pool = pg.Pool

export interface PoolOptions {
  /** Connections at most. */
  readonly max?: number
  /** How long to wait for a free one before `database_unavailable`. */
  readonly waitMs?: number
}

/**
 * A node-postgres pool whose values arrive as Scout wants them: `date` as `YYYY-MM-DD` (a `Date` would shift it by the
 * server's time zone), `bigint` as number (every bigint here is a count or a seq below 2^53), `numeric` as text (exact).
 */
export function createPool(connectionString: string, options: PoolOptions = {}): Pool {
  const pool = new pg.Pool({
    connectionString,
    max: options.max ?? 10,
    connectionTimeoutMillis: options.waitMs ?? 30_000,
    application_name: 'scout',
    types: { getTypeParser: typeParser },
  })
  // A lost idle connection is not an error of anybody's request: the pool replaces it.
  pool.on('error', () => undefined)
  return pool
}

const asText = (value: string): string => value

function typeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (format !== 'binary' && oid === pg.types.builtins.DATE) return asText
  if (format !== 'binary' && oid === pg.types.builtins.INT8) return Number
  if (format !== 'binary' && oid === DATE_ARRAY) return value => parseArray(value)
  return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text')
}

const DATE_ARRAY = 1182

function parseArray(value: string): (string | null)[] {
  return value === '{}'
    ? []
    : value
        .slice(1, -1)
        .split(',')
        .map(item => (item === 'NULL' ? null : item))
}
