import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GATES } from '../../app/contracts/device.ts'
import { readCities } from '../../edge-agent/simulate/places.ts'
import { type Simulation, simulate } from '../../edge-agent/simulate/simulate.ts'
import { prepareSample, SAMPLE_TENANT } from '../../scripts/sample/first-start.ts'
import { GENERATED_SAMPLE } from '../../scripts/sample/generated-sample.ts'
import { withTenant } from '../../sync-server/database/tenant.ts'
import { type RunningServer, startServer } from '../../sync-server/start-server.ts'
import {
  ENGINES,
  type Engine,
  engineMissing,
  openTestDatabase,
  type TestDatabase,
} from '../support/database.ts'
import { type Expected, readSimulation } from '../support/simulated-truth.ts'

const SMALL = { ...GENERATED_SAMPLE, stores: 60, cities: 40, days: 40, salesPerDay: 60 }

describe.each(ENGINES)('a simulated retailer goes through real agents, on %s', engine => {
  const missing = engineMissing(engine)
  const test = it.skipIf(missing !== undefined)
  const because = missing === undefined ? '' : ` (skipped: ${missing})`
  let way: Way
  let simulation: Simulation
  let expected: Expected

  beforeAll(async () => {
    if (missing !== undefined) return
    way = await startWay(engine)
    const folder = join(way.home, 'expected')
    simulation = await simulate(readCities(), SMALL, folder)
    expected = readSimulation(folder, GATES)
  }, 180_000)
  afterAll(() => way?.stop())

  test(`a start that is interrupted goes on where it stopped, and loses and repeats nothing${because}`, async () => {
    const interrupted = prepareSample(
      way.server,
      way.home,
      line => {
        if (line.startsWith('Sample sales replayed by 3 ')) throw new Error('the cable was pulled')
      },
      'generated',
      SMALL,
    )
    await expect(interrupted).rejects.toThrow('the cable was pulled')
    await prepareSample(way.server, way.home, () => undefined, 'generated', SMALL)
    const [silver] = await way.rows(
      "select count(*)::int as sales, sum(net_amount)::text as pesos from scout.silver_transactions where tenant_id = $1 and contract = 'pos.v1'",
    )
    expect(silver).toEqual(expected.standing['pos.v1'])
    const byContract = await way.rows(
      'select contract, count(*)::int as sales from scout.silver_transactions where tenant_id = $1 group by 1',
    )
    expect(new Map(byContract.map(row => [row.contract, row.sales]))).toEqual(
      new Map(Object.entries(expected.standing).map(([contract, { sales }]) => [contract, sales])),
    )
  })

  test(`what is wrong waits with its reason, and what is no sale never left the device${because}`, async () => {
    const held = await way.rows(
      `select reason, count(*)::int as sales
       from scout.bronze_events, unnest(quarantine_reasons) as reason where tenant_id = $1 group by 1`,
    )
    const reasons = Object.fromEntries(held.map(row => [row.reason, row.sales]))
    const { messages } = simulation
    expect(reasons.unknown_store ?? 0).toBe(messages.unknownStore)
    expect((reasons.clock_past ?? 0) + (reasons.clock_future ?? 0)).toBe(messages.misdated)
    expect((reasons.gate_transcript ?? 0) + (reasons.gate_duration ?? 0)).toBeGreaterThan(0)
    const refused = await way.rows('select 1 from scout.bronze_refused where tenant_id = $1')
    expect(refused).toEqual([])
  })

  test(`the catalogue is whole: customers sealed, campaigns, brands${because}`, async () => {
    expect(
      await way.rows(
        `select (select count(*)::int from scout.dim_customer where tenant_id = $1) as customers,
                (select count(*)::int from scout.dim_campaign where tenant_id = $1) as campaigns,
                (select count(*)::int from scout.brand where tenant_id = $1) as brands`,
      ),
    ).toEqual([
      { customers: simulation.customers, campaigns: expect.any(Number), brands: expect.any(Number) },
    ])
  })

  test(`every store finds its place, in all regions${because}`, async () => {
    expect(
      await way.rows(
        `select count(*)::int as stores, count(citymun_psgc)::int as placed, count(distinct region_psgc)::int as regions
         from scout.dim_store where tenant_id = $1`,
      ),
    ).toEqual([{ stores: SMALL.stores, placed: SMALL.stores, regions: 18 }])
  })

  test(`a home with one sample refuses the other${because}`, async () => {
    await expect(prepareSample(way.server, way.home, () => undefined, 'seed')).rejects.toMatchObject({
      code: 'conflict',
    })
  })
})

interface Way {
  readonly server: RunningServer
  readonly home: string
  rows(sql: string): Promise<Record<string, unknown>[]>
  stop(): Promise<void>
}

async function startWay(engine: Engine): Promise<Way> {
  const home = mkdtempSync(join(tmpdir(), 'scout-simulated-'))
  const database: TestDatabase | undefined =
    engine === 'postgres' ? await openTestDatabase(engine) : undefined
  const server = await startServer({
    home,
    databaseUrl: database?.connectionString,
    port: 0,
    config: { logLevel: 'warn' },
  })
  return {
    server,
    home,
    rows: sql =>
      withTenant(server.pool, SAMPLE_TENANT, async tx => (await tx.query(sql, [SAMPLE_TENANT])).rows),
    async stop() {
      await server.close()
      await database?.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
