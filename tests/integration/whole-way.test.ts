import { createHash, createPublicKey, verify } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CSRF_HEADER, PATHS, session, snapshot } from '../../app/contracts/http.ts'
import {
  type Manifest,
  manifestEnvelope,
  type Root,
  rootEnvelope,
  type VerifySignature,
  verifyEnvelope,
} from '../../app/contracts/manifest.ts'
import { DATASET_IDS, type DatasetId } from '../../app/domain/ids.ts'
import { prepareSample, SAMPLE_TENANT } from '../../scripts/sample/first-start.ts'
import type { SamplePerson } from '../../scripts/sample/people.ts'
import { withTenant } from '../../sync-server/database/tenant.ts'
import { type RunningServer, startServer } from '../../sync-server/start-server.ts'
import {
  ENGINES,
  type Engine,
  engineMissing,
  openTestDatabase,
  type TestDatabase,
} from '../support/database.ts'

const SALES = 18_000
const LINES = 31_446
const PESOS = '3684441.00'

const verifySignature: VerifySignature = async (publicKey, signature, message) =>
  verify(
    null,
    Buffer.from(message),
    createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' }),
    Buffer.from(signature, 'base64url'),
  )

describe.each(ENGINES)('a sale goes from the counter to a published partition, on %s', engine => {
  const missing = engineMissing(engine)
  const test = it.skipIf(missing !== undefined)
  const because = missing === undefined ? '' : ` (skipped: ${missing})`
  let way: Way

  beforeAll(async () => {
    if (missing === undefined) way = await startWay(engine)
  }, 180_000)
  afterAll(() => way?.stop())

  test(`bronze holds every sale of the sample once, and quarantine is empty${because}`, async () => {
    expect(await way.row('select count(*)::int as n from scout.bronze_events where tenant_id = $1')).toEqual({
      n: SALES,
    })
    expect(
      await way.row('select count(*)::int as n from scout.bronze_quarantine where tenant_id = $1'),
    ).toEqual({ n: 0 })
    expect(await way.row('select count(*)::int as n from scout.bronze_refused where tenant_id = $1')).toEqual(
      { n: 0 },
    )
  })

  test(`silver holds its lines and its pesos${because}`, async () => {
    expect(
      await way.row(
        `select count(*)::int as sales, sum(net_amount)::numeric(14, 2)::text as pesos, count(distinct city)::int as cities
         from scout.silver_transactions where tenant_id = $1`,
      ),
    ).toEqual({ sales: SALES, pesos: PESOS, cities: 59 })
    expect(
      await way.row(
        `select count(*)::int as lines, sum(line_amount)::numeric(14, 2)::text as pesos
         from scout.silver_line_items where tenant_id = $1`,
      ),
    ).toEqual({ lines: LINES, pesos: PESOS })
  })

  test(`every gold relation adds up to the same sales and pesos${because}`, async () => {
    const totals = { sales: SALES, pesos: PESOS }
    const sums = {
      gold_sales_cube: 'sum(sales)::int as sales, sum(net_sales)',
      gold_store_days: 'sum(sales)::int as sales, sum(net_sales)',
      gold_daily_metrics: 'sum(transaction_count)::int as sales, sum(net_sales)',
      gold_region_choropleth: 'sum(txn_count)::int as sales, sum(peso_total)',
    }
    for (const [relation, sum] of Object.entries(sums)) {
      const row = await way.row(
        `select ${sum}::numeric(14, 2)::text as pesos from scout.${relation} where tenant_id = $1`,
      )
      expect({ relation, ...row }).toEqual({ relation, ...totals })
    }
    expect(
      await way.row(
        'select count(distinct store)::int as stores from scout.gold_store_days where tenant_id = $1',
      ),
    ).toEqual({ stores: 1_299 })
  })

  test(`version 1.0.0 of five datasets is published, signed, and whole${because}`, async () => {
    const laptop = await way.logIn('analyst')
    const { index, manifests } = await laptop.snapshot()
    await verifyEnvelope(index, 'index', laptop.root, verifySignature)
    expect(index.signed.sequence).toBe(1)
    expect(index.signed.datasets.map(({ dataset_id, version }) => [dataset_id, version])).toEqual(
      DATASET_IDS.map(id => [id, '1.0.0']),
    )
    expect(manifests).toHaveLength(new Set(index.signed.datasets.flatMap(dataset => dataset.manifests)).size)
    const rows = new Map<DatasetId, number>()
    for (const manifest of await laptop.manifests(manifests)) {
      // Boundaries and codes are real; everything a tenant sold is not.
      expect(manifest.sample).toBe(manifest.dataset_id !== 'reference.geography')
      for (const partition of manifest.partitions) {
        rows.set(manifest.dataset_id, (rows.get(manifest.dataset_id) ?? 0) + partition.rows)
        const bytes = await laptop.blob(partition.sha256)
        expect(createHash('sha256').update(bytes).digest('hex')).toBe(partition.sha256)
        expect(bytes.byteLength).toBe(partition.bytes)
      }
    }
    const inGold = await way.row(
      `select (select count(*)::int from scout.gold_sales_cube where tenant_id = $1) as cube,
              (select count(*)::int from scout.gold_store_days where tenant_id = $1) as stores`,
    )
    expect({ cube: rows.get('gold.sales_cube'), stores: rows.get('gold.store_days') }).toEqual(inGold)
  })

  test(`a manager of two regions receives nothing of the others${because}`, async () => {
    const manager = await way.logIn('manager')
    const regions = new Set(way.people.find(person => person.role === 'manager')?.regions)
    const { index, manifests } = await manager.snapshot()
    const allowed = await manager.manifests(manifests)
    expect(new Set(allowed.map(manifest => manifest.region))).toEqual(new Set([null, ...regions]))
    const others = index.signed.datasets
      .flatMap(dataset => dataset.manifests)
      .filter(sha => !manifests.includes(sha))
    expect(others.length).toBeGreaterThan(0)
    for (const sha of others) expect(await manager.status(PATHS.manifest(sha))).toBe(404)
    const analyst = await way.logIn('analyst')
    for (const manifest of await analyst.manifests(others)) {
      for (const { sha256 } of manifest.partitions) expect(await manager.status(PATHS.blob(sha256))).toBe(404)
    }
  })

  test(`starting again duplicates nothing and publishes nothing new${because}`, async () => {
    const before = await way.row('select count(*)::int as n from scout.bronze_events where tenant_id = $1')
    await prepareSample(way.server, way.home, () => undefined, 'seed')
    expect(await way.row('select count(*)::int as n from scout.bronze_events where tenant_id = $1')).toEqual(
      before,
    )
    const laptop = await way.logIn('analyst')
    expect((await laptop.snapshot()).index.signed.sequence).toBe(1)
  })
})

interface Way {
  readonly server: RunningServer
  readonly home: string
  readonly people: readonly SamplePerson[]
  /** The one row that a query with the tenant as its parameter gives. */
  row(sql: string): Promise<Record<string, unknown>>
  logIn(role: SamplePerson['role']): Promise<Laptop>
  stop(): Promise<void>
}

async function startWay(engine: Engine): Promise<Way> {
  const home = mkdtempSync(join(tmpdir(), 'scout-way-'))
  const database: TestDatabase | undefined =
    engine === 'postgres' ? await openTestDatabase(engine) : undefined
  const server = await startServer({
    home,
    databaseUrl: database?.connectionString,
    port: 0,
    config: { logLevel: 'warn' },
  })
  const people = await prepareSample(server, home, () => undefined, 'seed')
  return {
    server,
    home,
    people,
    row: sql =>
      withTenant(
        server.pool,
        SAMPLE_TENANT,
        async tx => (await tx.query(sql, [SAMPLE_TENANT])).rows[0] ?? {},
      ),
    logIn: role => openLaptop(server.url, people, role),
    async stop() {
      await server.close()
      await database?.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

type Laptop = Awaited<ReturnType<typeof openLaptop>>

async function openLaptop(url: string, people: readonly SamplePerson[], role: SamplePerson['role']) {
  const person = people.find(candidate => candidate.role === role)
  const answer = await fetch(new URL(PATHS.login, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', [CSRF_HEADER]: '1' },
    body: JSON.stringify({ email: person?.email, password: person?.password }),
  })
  const { access_token, profile } = session.parse(await answer.json())
  const get = (path: string) =>
    fetch(new URL(path, url), { headers: { authorization: `Bearer ${access_token}` } })
  const trusted = rootEnvelope.parse(await (await get(PATHS.root)).json())
  const root: Root = trusted.signed
  await verifyEnvelope(trusted, 'root', root, verifySignature)
  return {
    profile,
    root,
    snapshot: async () => snapshot.parse(await (await get(PATHS.snapshot)).json()),
    status: async (path: string) => (await get(path)).status,
    blob: async (sha256: string) => new Uint8Array(await (await get(PATHS.blob(sha256))).arrayBuffer()),
    manifests: async (hashes: readonly string[]): Promise<Manifest[]> => {
      const manifests: Manifest[] = []
      for (const sha of hashes) {
        const bytes = await (await get(PATHS.manifest(sha))).text()
        expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha)
        const envelope = manifestEnvelope.parse(JSON.parse(bytes))
        await verifyEnvelope(envelope, 'manifest', root, verifySignature)
        manifests.push(envelope.signed)
      }
      return manifests
    },
  }
}
