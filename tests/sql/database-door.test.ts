import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite, protocol } from '@electric-sql/pglite'
import { afterAll, describe, expect, it } from 'vitest'
import { tenantId } from '../../app/domain/ids.ts'
import { openEmbedded } from '../../sync-server/database/embedded.ts'
import { oneSequenceAtATime } from '../../sync-server/database/one-sequence-at-a-time.ts'
import { openDatabase } from '../../sync-server/database/open.ts'
import { createPool } from '../../sync-server/database/pool.ts'
import { brokenConstraint, sqlState } from '../../sync-server/database/postgres-errors.ts'
import { withSystem, withTenant } from '../../sync-server/database/tenant.ts'
import { forEachEngine } from '../support/database.ts'

const root = mkdtempSync(join(tmpdir(), 'scout-door-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('the door to the database', () => {
  forEachEngine(database => {
    it('keeps the values of connections that ask at the same time apart', async () => {
      const { pool } = database()
      const answers = await Promise.all(
        Array.from({ length: 300 }, async (_, i) => {
          // Different statements, so that one connection's Parse must not be bound by another.
          const { rows } = await pool.query(`select $1::integer + ${i % 7} as answer, ${i % 5} as tag`, [i])
          return rows[0]?.answer - (i % 7) === i && rows[0]?.tag === i % 5
        }),
      )
      expect(answers.every(Boolean)).toBe(true)
    })

    it('gives days as text, counts as numbers and amounts as exact text', async () => {
      const { rows } = await database().pool.query(
        `select date '2025-01-02' as day, array[date '2025-01-02', null] as days, 9007199254740991::bigint as n, 0.10::numeric as pesos`,
      )
      expect(rows).toEqual([
        { day: '2025-01-02', days: ['2025-01-02', null], n: Number.MAX_SAFE_INTEGER, pesos: '0.10' },
      ])
    })

    it('rolls back what throws, and goes on', async () => {
      const { pool } = database()
      const insert = `insert into scout.tenant (tenant_id, name, pack_id, created_at) values ('rolled', 'x', 'ph', now())`
      const failing = withSystem(pool, async tx => {
        await tx.query(insert)
        await tx.query('select 1 / 0')
      })
      await expect(failing).rejects.toMatchObject({ code: 'internal', cause: { code: '22012' } })
      const { rows } = await withSystem(pool, tx =>
        tx.query(`select 1 from scout.tenant where tenant_id = 'rolled'`),
      )
      expect(rows).toEqual([])
    })

    it('tells what went wrong in codes of ours, the constraint with it', async () => {
      const { pool } = database()
      const insert = `insert into scout.tenant (tenant_id, name, pack_id, created_at) values ('twice', 'x', 'ph', now())`
      await withSystem(pool, tx => tx.query(insert))
      const error: unknown = await withSystem(pool, tx => tx.query(insert)).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'conflict' })
      expect(sqlState(error)).toBe('23505')
      expect(brokenConstraint(error)).toBe('tenant_pkey')
    })

    it('refuses a transaction inside a transaction, which would wait for itself', async () => {
      const { pool } = database()
      const nested = withTenant(pool, tenantId.parse('a'), () => withSystem(pool, tx => tx.query('select 1')))
      await expect(nested).rejects.toMatchObject({ code: 'internal' })
    })
  })

  it('says that the database is away when nobody answers', async () => {
    const pool = createPool('postgresql://nobody@127.0.0.1:1/none')
    await expect(withSystem(pool, tx => tx.query('select 1'))).rejects.toMatchObject({
      code: 'database_unavailable',
    })
    await pool.end()
  })
})

describe('the embedded database', () => {
  it('keeps what was written, and a second server off its files', async () => {
    const directory = join(root, 'kept', 'database')
    const first = await openDatabase({ directory })
    await withSystem(first.pool, tx =>
      tx.query(
        `insert into scout.tenant (tenant_id, name, pack_id, created_at) values ('kept', 'x', 'ph', now())`,
      ),
    )
    await expect(openDatabase({ directory })).rejects.toMatchObject({ code: 'busy' })
    await first.close()
    const again = await openDatabase({ directory })
    const { rows } = await withSystem(again.pool, tx => tx.query('select tenant_id from scout.tenant'))
    await again.close()
    expect(rows).toEqual([{ tenant_id: 'kept' }])
    expect(existsSync(`${directory}.lock`)).toBe(false)
  })

  it('takes over the lock of a process that is gone, and makes a half made directory anew', async () => {
    const directory = join(root, 'half', 'database')
    const first = await openDatabase({ directory })
    await first.close()
    rmSync(join(directory, 'scout-ready'))
    rmSync(join(directory, 'global'), { recursive: true })
    // No process has this id: it is above the highest that Linux gives.
    writeFileSync(`${directory}.lock`, '4194305')
    const again = await openDatabase({ directory })
    await again.close()
  })

  it('says that a transaction has ended only after its log is safe', async () => {
    const engine = await PGlite.create()
    const events: string[] = []
    const door = oneSequenceAtATime(engine, {
      onCrash: error => events.push(String(error)),
      onIdle: () => events.push('safe'),
    })
    const ask = (sql: string) =>
      door.execProtocolRawStream(protocol.serialize.query(sql), {
        // Each answer ends with "ready" and whether a transaction is open.
        onRawData: data => events.push(`told ${String.fromCharCode(data.at(-6) ?? 0, data.at(-1) ?? 0)}`),
      })
    await ask('begin')
    await ask('create table t as select 1')
    await ask('commit')
    await ask('insert into t values (2)')
    await engine.close()
    expect(events).toEqual(['told ZT', 'told ZT', 'safe', 'told ZI', 'safe', 'told ZI'])
  })

  it('starts again after a crash, on the same address', async () => {
    const directory = join(root, 'crash', 'database')
    const engine = await openEmbedded({ directory, durable: false })
    const pool = createPool(engine.connectionString, { max: 2 })
    try {
      await pool.query('create table public.note as select 1 as n')
      await pool.query('checkpoint')
      // Without its write-ahead log the engine panics at the next segment, as it may of any bug of its own.
      renameSync(join(directory, 'pg_wal'), join(directory, 'away'))
      await pool.query('select pg_switch_wal()')
      await expect(pool.query('create table public.lost as select 1')).rejects.toThrow()
      renameSync(join(directory, 'away'), join(directory, 'pg_wal'))
      await expect.poll(() => engine.restarts, { timeout: 30_000 }).toBe(1)
      const { rows } = await pool.query('select n from public.note')
      expect(rows).toEqual([{ n: 1 }])
    } finally {
      await pool.end()
      await engine.close()
    }
  })
})
