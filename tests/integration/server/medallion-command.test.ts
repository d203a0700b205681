import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Arrival, addStores, arrive, newTenant } from '../../sql/bronze.ts'
import { openTestDatabase, type TestDatabase } from '../../support/database.ts'

const CLI = join(import.meta.dirname, '../../../sync-server/cli.ts')

const sale = (transactionId: string): Arrival => ({
  contract: 'pos.v1',
  sale: { transaction_id: transactionId, total: 10, lines: [{ quantity: 1, unit_price: 10 }] },
  storeId: 'A',
  transactionId,
  at: '2025-08-14T10:00:00+08:00',
})

describe('scout medallion', () => {
  let database: TestDatabase
  let home: string
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'scout-home-'))
    database = await openTestDatabase('embedded')
    const tenantId = await newTenant(database.pool, 'shop')
    await addStores(database.pool, tenantId, [{ storeId: 'A', city: 'Quezon City', region: 'NCR' }])
    await arrive(database.pool, tenantId, [sale('1')])
  }, 120_000)
  afterAll(async () => {
    await database?.close()
    rmSync(home, { recursive: true, force: true })
  })

  const scout = (...args: string[]) =>
    new Promise<{ code: number; out: string; err: string }>(resolve => {
      const env = { ...process.env, SCOUT_HOME: home, DATABASE_URL: database.connectionString }
      execFile(process.execPath, [CLI, 'medallion', ...args], { env }, (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code), out, err })
      })
    })
  const json = async (...args: string[]) => JSON.parse((await scout(...args, '--json')).out)

  it('plans what waits, runs it, and then has nothing left to do', { timeout: 60_000 }, async () => {
    const plan = await json('plan')
    expect(plan.days).toEqual(['2025-08-14'])
    expect(plan.steps[0]).toMatchObject({
      relation: 'scout.silver_line_items',
      kind: 'incremental',
      reason: 'touched',
      slices: ['2025-08-14'],
      estimated_rows: expect.any(Number),
    })
    const ran = await json('run')
    expect(ran.models.map(({ model }: { model: string }) => model)).toEqual(
      plan.steps.map(({ relation }: { relation: string }) => relation),
    )
    expect(await scout('plan')).toMatchObject({ code: 0, out: 'Nothing to do.\n' })
  })

  it('redoes one relation and what depends on it', { timeout: 60_000 }, async () => {
    const plan = await json('plan', '--relation', 'gold_store_days')
    const relations = plan.steps.map(({ relation }: { relation: string }) => relation)
    expect(relations).toEqual(expect.arrayContaining(['scout.gold_store_days', 'scout.anomaly_detection']))
    expect(relations).not.toContain('scout.gold_sales_cube')
    expect(plan.steps[0]).toMatchObject({ slices: null, reason: 'asked' })
    expect((await scout('run', '--relation', 'gold_store_days')).code).toBe(0)
  })

  it('lists the runs, the newest first', { timeout: 60_000 }, async () => {
    const runs = await json('runs')
    expect(runs).toHaveLength(2)
    expect(runs[0].relations).toContain('scout.gold_store_days')
    expect(runs[1]).toMatchObject({ status: 'succeeded', latency_p95_ms: expect.any(Number), error: null })
  })

  it('ends with 1 when it could not, and with 2 when it was not understood', {
    timeout: 60_000,
  }, async () => {
    expect(await scout('run', '--relation', 'nothing')).toMatchObject({
      code: 1,
      err: expect.stringContaining('scout.gold_store_days'),
    })
    expect(await scout('run', '--days', 'yesterday')).toMatchObject({ code: 1 })
    expect(await scout('run', '--everything')).toMatchObject({ code: 2 })
    expect(await scout('--help')).toMatchObject({ code: 0, out: expect.stringContaining('plan') })
  })
})
