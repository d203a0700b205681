import { AsyncLocalStorage } from 'node:async_hooks'
import pg from 'pg'
import type { TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool, Transaction } from './pool.ts'
import { fromDatabase } from './postgres-errors.ts'

export interface TransactionOptions {
  /** Everything in it sees the database as of one moment. */
  readonly repeatableRead?: boolean
  readonly readOnly?: boolean
}

/**
 * The only door to tenant-owned data. Runs `body` in one transaction as the role `scout_app` with the tenant's claim, so that row
 * security holds on every engine, also where everyone connects as superuser. The claim is a literal in `set local`: it ends with the
 * transaction and, on distributed Postgres, reaches the workers.
 *
 * Keep other I/O out of `body`: on the embedded engine an open transaction holds up everyone. A door opened inside a door would wait for
 * itself there, so it is refused everywhere.
 *
 * @throws ScoutError by `fromDatabase`; the transaction is rolled back.
 */
export function withTenant<T>(
  pool: Pool,
  tenantId: TenantId,
  body: (tx: Transaction) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const claim = `set local role scout_app; set local scout.tenant_id = ${pg.escapeLiteral(tenantId)}`
  return transaction(pool, claim, body, options)
}

/**
 * The server's own work across tenants: log-in before the tenant is known, enrolment, schedules, reference data. Not for
 * anything that a person or a device asked for by name; that goes through `withTenant`.
 */
export function withSystem<T>(
  pool: Pool,
  body: (tx: Transaction) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  return transaction(pool, 'set local role scout_system', body, options)
}

/**
 * Inside a transaction of `withTenant`: a stretch as the system, across the wall, for rows that belong to a table and not to a tenant.
 * After an error the transaction is over anyway, and the role with it.
 */
export function asSystem<T>(tx: Transaction, body: () => Promise<T>): Promise<T> {
  return asRole(tx, 'scout_system', body)
}

/** Inside a transaction of `withTenant`: a stretch as the connection's own user, who owns the schema, to change a table. */
export function asOwner<T>(tx: Transaction, body: () => Promise<T>): Promise<T> {
  return asRole(tx, 'none', body)
}

async function asRole<T>(tx: Transaction, role: 'scout_system' | 'none', body: () => Promise<T>): Promise<T> {
  await tx.query(`set local role ${role}`)
  const result = await body()
  await tx.query('set local role scout_app')
  return result
}

const inside = new AsyncLocalStorage<true>()

async function transaction<T>(
  pool: Pool,
  preamble: string,
  body: (tx: Transaction) => Promise<T>,
  { repeatableRead = false, readOnly = false }: TransactionOptions,
): Promise<T> {
  if (inside.getStore()) {
    throw new ScoutError('internal', { message: 'A database transaction was opened inside another one.' })
  }
  const begin = `begin${repeatableRead ? ' isolation level repeatable read' : ''}${readOnly ? ' read only' : ''}`
  const client = await connect(pool)
  let broken: Error | undefined
  // A connection that dies while nobody asks it anything must not end the process; the next query says so.
  const died = (error: Error) => {
    broken = error
  }
  client.on('error', died)
  try {
    await client.query(`${begin}; ${preamble}`)
    const result = await inside.run(true, () => body(client))
    await client.query('commit')
    return result
  } catch (error) {
    broken ??= await rollback(client)
    throw fromDatabase(error)
  } finally {
    client.off('error', died)
    client.release(broken)
  }
}

async function connect(pool: Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect()
  } catch (error) {
    throw fromDatabase(error)
  }
}

/** What was wrong with the connection, so that the pool throws it away; `undefined` when it is usable again. */
async function rollback(client: pg.PoolClient): Promise<Error | undefined> {
  try {
    await client.query('rollback')
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
