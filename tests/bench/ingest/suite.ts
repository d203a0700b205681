import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { claimRequest } from '../../../app/contracts/device.ts'
import { type TenantId, tenantId } from '../../../app/domain/ids.ts'
import { importCatalogue } from '../../../sync-server/catalogue/import-catalogue.ts'
import { ensureTenant } from '../../../sync-server/catalogue/tenants.ts'
import type { Pool } from '../../../sync-server/database/pool.ts'
import { createClaim } from '../../../sync-server/devices/claims.ts'
import { openPostgresForTest } from '../../support/database.ts'
import { postgresMissing } from '../../support/postgres.ts'
import {
  atLeastShare,
  atMost,
  type BenchSize,
  type Measurement,
  median,
  type Suite,
} from '../support/measurement.ts'
import { type LoadReport, storeOf } from './orders.ts'
import { type LoadProcess, startLoadProcess, startServerProcess } from './processes.ts'

const DEVICES = 50
/** The share of COPY's rows a second that ingestion must reach, and under which its latency is measured. */
const SHARE = 0.4
const LATENCY_MS = 2_000
/** A queue that is offered more than it can take has no latency: at most so much of what the flood reached. */
const HEADROOM = 0.85
/** 170 MiB of a server at rest, 48 of bodies, 24 of inflated batches six times over, and 150 that the collector has not given back. */
const RSS_BYTES = 512 << 20
const COPIES = 3

/** A batch of 500 is what an agent with a backlog sends. */
const SHAPES = {
  small: { batches: 2, sales: 500, warmUp: 1, pacedSeconds: 5, everyMs: 500 },
  full: { batches: 10, sales: 500, warmUp: 2, pacedSeconds: 30, everyMs: 500 },
} as const

/** As in production: what is answered is on the disk. */
const DURABLE = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  autovacuum: 'on',
  shared_buffers: '512MB',
}

/**
 * 50 devices, enrolled and signing, send through HTTP to `scout serve` on a real Postgres. The yardstick is one COPY of the very rows that
 * then lie in bronze, from a file of the server, into the same indexed table of the same database.
 */
export const suite: Suite = {
  name: 'ingest',
  async *run(size) {
    const missing = postgresMissing()
    if (missing !== undefined) throw new Error(`ingest needs a real Postgres: ${missing}`)
    yield* measure(SHAPES[size])
  },
}

async function* measure(shape: (typeof SHAPES)[BenchSize]): AsyncGenerator<Measurement> {
  await using opened = new AsyncDisposableStack()
  const database = await openPostgresForTest(DURABLE)
  opened.defer(() => database.close())
  const folder = mkdtempSync(join(tmpdir(), 'scout-bench-ingest-'))
  opened.defer(() => rmSync(folder, { recursive: true, force: true }))
  chmodSync(folder, 0o777)
  const { pool } = database
  const tenant = await populate(pool)

  const load = startLoadProcess()
  opened.defer(() => load.stop())
  const first = await startServerProcess(database.connectionString, folder)
  await load.obey({ kind: 'enrol', url: first.url, claims: await claims(pool, tenant) })
  await flood(load, shape.warmUp, shape.sales)
  await empty(pool)
  const flooded = await flood(load, shape.batches, shape.sales)
  const floodRss = first.peakRss()
  // Its transforms would run beside the yardstick.
  await first.stop()
  const rows = await count(pool)
  if (rows !== flooded.sales) throw new Error(`${flooded.sales} sales were accepted, ${rows} are stored`)
  const copied = rows / (await secondsToCopy(pool, folder))
  yield atLeastShare(
    suite.name,
    {
      name: 'vs_copy',
      value: flooded.sales / flooded.seconds,
      unit: 'sales/s',
      yardstick: 'one COPY of the same rows',
      yardstickValue: copied,
    },
    SHARE,
  )

  await load.stop()
  await empty(pool)
  await using again = new AsyncDisposableStack()
  const pacedLoad = startLoadProcess()
  again.defer(() => pacedLoad.stop())
  const second = await startServerProcess(database.connectionString, folder)
  again.defer(() => second.stop())
  await pacedLoad.obey({ kind: 'enrol', url: second.url, claims: await claims(pool, tenant) })
  await flood(pacedLoad, shape.warmUp, shape.sales)
  const paced = await pacedLoad.obey({
    kind: 'paced',
    rate: Math.min(SHARE * copied, HEADROOM * (flooded.sales / flooded.seconds)),
    seconds: shape.pacedSeconds,
    everyMs: shape.everyMs,
  })
  if (paced === null || paced.otherwise > 0) throw new Error('not every sale was accepted')
  yield atMost(
    suite.name,
    {
      name: 'source_to_bronze_p95',
      value: percentile(paced.latencies, 0.95),
      unit: 'ms',
      yardstick: `two seconds, at ${Math.round(paced.sales / paced.seconds)} sales/s`,
      yardstickValue: LATENCY_MS,
    },
    1,
  )
  yield atMost(
    suite.name,
    {
      name: 'server_rss',
      value: Math.max(floodRss, second.peakRss()) / (1 << 20),
      unit: 'MiB',
      yardstick: 'the bound',
      yardstickValue: RSS_BYTES / (1 << 20),
    },
    1,
  )
}

async function populate(pool: Pool): Promise<TenantId> {
  const tenant = tenantId.parse('bench')
  const now = new Date()
  await ensureTenant(pool, { tenantId: tenant, name: 'Bench', packId: 'ph', isSample: true }, now)
  const stores = Array.from({ length: DEVICES }, (_, i) => ({
    storeId: storeOf(i),
    name: storeOf(i),
    region: 'NCR',
    city: 'Quezon City',
    barangay: null,
  }))
  await importCatalogue(pool, tenant, { stores, products: [] }, now)
  return tenant
}

async function claims(pool: Pool, tenant: TenantId): Promise<string[]> {
  const codes: string[] = []
  for (let i = 0; i < DEVICES; i++) {
    const request = claimRequest.parse({ label: storeOf(i), store_ids: [storeOf(i)] })
    codes.push((await createClaim(pool, tenant, request, null, new Date())).claim_code)
  }
  return codes
}

async function flood(load: LoadProcess, batches: number, sales: number): Promise<LoadReport> {
  const report = await load.obey({ kind: 'flood', batches, sales })
  if (report === null || report.otherwise > 0) throw new Error('not every sale was accepted')
  return report
}

async function empty(pool: Pool): Promise<void> {
  await pool.query('truncate scout.bronze_events, scout.medallion_touched_day')
  await pool.query('checkpoint')
}

async function count(pool: Pool): Promise<number> {
  const { rows } = await pool.query('select count(*) as n from scout.bronze_events')
  return rows[0]?.n
}

/** The median of some; each into the emptied table with all its keys and indexes. */
async function secondsToCopy(pool: Pool, folder: string): Promise<number> {
  const file = join(folder, 'events.copy')
  await pool.query(`copy scout.bronze_events to '${file}'`)
  const seconds: number[] = []
  for (let i = 0; i < COPIES; i++) {
    await empty(pool)
    const started = performance.now()
    await pool.query(`copy scout.bronze_events from '${file}'`)
    seconds.push((performance.now() - started) / 1000)
  }
  return median(seconds)
}

function percentile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? Number.NaN
}
