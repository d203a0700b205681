import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Job, job, PATHS, type Session, type Snapshot, snapshot } from '../../../app/contracts/http.ts'
import {
  type Manifest,
  manifestEnvelope,
  type Partition,
  type Root,
  rootEnvelope,
  signedBytes,
  verifyEnvelope,
} from '../../../app/contracts/manifest.ts'
import { DATASET_IDS, type DatasetId } from '../../../app/domain/ids.ts'
import { ed25519Verify } from '../../../sync-server/devices/signatures.ts'
import { ensureSigningKeys } from '../../../sync-server/publishing/signing-keys.ts'
import { publishTenant } from '../../../sync-server/work.ts'
import { forEachEngine } from '../../support/database.ts'
import { post } from './device.ts'
import { codeOf, emailOf, ILOCOS, NCR, OTHER_TENANT, openWorld, sale, TENANT, type World } from './world.ts'

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')

forEachEngine(database => {
  let world: World
  let analyst: Session
  let manager: Session
  let stranger: Session

  beforeAll(async () => {
    world = await openWorld(database())
    analyst = await world.logIn(emailOf('analyst'))
    manager = await world.logIn(emailOf('manager'))
    stranger = await world.logIn(emailOf('analyst', OTHER_TENANT))
    const device = await world.device({ backfillFrom: '2026-01-01' })
    await device.send([
      { seq: 1, content: sale('A', { sold_at: '2026-01-31T20:00:00', total: 100.1 }) },
      { seq: 2, content: sale('B', { sold_at: '2026-02-01T09:00:00', total: 200.2 }) },
      { seq: 3, content: sale('C', { sold_at: '2026-02-01T09:30:00', total: 0.03, store_id: 'S2' }) },
    ])
    await world.server.transform(TENANT)
    await world.server.publish(TENANT)
  }, 60_000)
  afterAll(() => world?.close())

  const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer())

  async function snapshotOf(who: Session): Promise<Snapshot> {
    return snapshot.parse(await (await world.get(PATHS.snapshot, who)).json())
  }

  async function rootOf(who: Session): Promise<Root> {
    return rootEnvelope.parse(await (await world.get(PATHS.root, who)).json()).signed
  }

  async function manifestsOf(who: Session): Promise<Manifest[]> {
    const { manifests } = await snapshotOf(who)
    const answers = await Promise.all(manifests.map(hash => world.get(PATHS.manifest(hash), who)))
    return Promise.all(answers.map(async answer => manifestEnvelope.parse(await answer.json()).signed))
  }

  async function partitionOf(
    who: Session,
    id: DatasetId,
    is: (partition: Partition) => boolean,
  ): Promise<Partition> {
    const found = (await manifestsOf(who))
      .filter(({ dataset_id }) => dataset_id === id)
      .flatMap(({ partitions }) => partitions)
      .find(is)
    if (found === undefined) throw new Error(`no such partition of ${id}`)
    return found
  }

  describe('a publication', () => {
    it('is signed all the way from the root whose hash the profile names', async () => {
      const root = await rootOf(analyst)
      expect(sha256(signedBytes(root))).toBe(analyst.profile.root_sha256)
      const verify = async (key: string, signature: string, message: string) =>
        ed25519Verify(key, signature, message)
      const { index, manifests } = await snapshotOf(analyst)
      await verifyEnvelope(index, 'index', root, verify)
      expect(index.signed.datasets.flatMap(dataset => dataset.manifests).sort()).toEqual(manifests)
      for (const hash of manifests) {
        const bytes = await bytesOf(await world.get(PATHS.manifest(hash), analyst))
        expect(sha256(bytes)).toBe(hash)
        await verifyEnvelope(
          manifestEnvelope.parse(JSON.parse(Buffer.from(bytes).toString())),
          'manifest',
          root,
          verify,
        )
      }
    })

    it('starts every dataset at 1.0.0 and names every file by what is in it', async () => {
      const { index } = await snapshotOf(analyst)
      expect(index.signed.datasets.map(({ dataset_id, version }) => [dataset_id, version])).toEqual(
        DATASET_IDS.map(id => [id, '1.0.0']),
      )
      for (const { partitions } of await manifestsOf(analyst)) {
        for (const partition of partitions) {
          const bytes = await bytesOf(await world.get(PATHS.blob(partition.sha256), analyst))
          expect(bytes.length).toBe(partition.bytes)
          expect(sha256(bytes)).toBe(partition.sha256)
        }
      }
    })

    it('lays facts by region and month, with the range of their days', async () => {
      const cubes = (await manifestsOf(analyst)).filter(({ dataset_id }) => dataset_id === 'gold.sales_cube')
      const months = Object.fromEntries(
        cubes.map(({ region, partitions }) => [region, partitions.map(p => p.values)]),
      )
      expect(months).toEqual({
        [NCR]: [{ month: '2026-01' }, { month: '2026-02' }],
        [ILOCOS]: [{ month: '2026-02' }],
      })
      const [january] = cubes.find(({ region }) => region === NCR)?.partitions ?? []
      expect(january?.ranges).toMatchObject({ day: { min: '2026-01-31', max: '2026-01-31' } })
      expect(cubes.every(({ lineage }) => lineage.runs.length > 0)).toBe(true)
    })

    it('with nothing new publishes nothing', async () => {
      const before = await snapshotOf(analyst)
      expect((await world.server.publish(TENANT)).published).toBe(false)
      expect(await snapshotOf(analyst)).toEqual(before)
    })

    it('puts a file that was lost back in its place', async () => {
      const { sha256: blob } = await partitionOf(
        analyst,
        'reference.geography',
        p => p.values.level === 'region',
      )
      await world.loseBlob(blob)
      expect(await codeOf(await world.get(PATHS.blob(blob), analyst))).toBe('404 blob_missing')
      await world.server.publish(TENANT)
      const bytes = await bytesOf(await world.get(PATHS.blob(blob), analyst))
      expect(sha256(bytes)).toBe(blob)
    })

    it('renews an index that is about to expire, and nothing else', async () => {
      const before = await snapshotOf(analyst)
      world.clock.offsetMs = 330 * 86_400_000
      try {
        expect((await world.server.publish(TENANT)).published).toBe(true)
      } finally {
        world.clock.offsetMs = 0
      }
      const after = await snapshotOf(analyst)
      expect(after.index.signed.sequence).toBe(before.index.signed.sequence + 1)
      expect(after.index.signed.datasets).toEqual(before.index.signed.datasets)
    })

    it('is stopped by a check that fails, and nothing of it is seen', async () => {
      const before = await snapshotOf(analyst)
      const damage = (sales: number) =>
        world.server.pool.query('update scout.gold_sales_cube set sales = sales + $2 where tenant_id = $1', [
          TENANT,
          sales,
        ])
      await damage(1)
      try {
        await expect(world.server.publish(TENANT)).rejects.toMatchObject({
          code: 'check_failed',
          details: { check: 'gold_equals_silver' },
        })
      } finally {
        await damage(-1)
      }
      expect(await snapshotOf(analyst)).toEqual(before)
    })

    it('can be cancelled', async () => {
      await expect(world.server.publish(TENANT, {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
        code: 'cancelled',
      })
    })

    it('is not signed by keys that no laptop trusts', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'scout-keys-'))
      try {
        const keys = await ensureSigningKeys(folder)
        const { pool, blobs } = world.server
        const parts = { pool, blobs, keys, now: () => new Date() }
        await expect(publishTenant(parts, TENANT, {}, {})).rejects.toMatchObject({ code: 'root_untrusted' })
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    })

    it('refuses a tenant without sales', async () => {
      await expect(world.server.publish(OTHER_TENANT)).rejects.toMatchObject({ code: 'nothing_to_publish' })
      expect(await codeOf(await world.get(PATHS.snapshot, stranger))).toBe('409 nothing_to_publish')
    })
  })

  describe('the snapshot', () => {
    it('costs a 304 while nothing changes', async () => {
      const first = await world.get(PATHS.snapshot, analyst)
      const etag = first.headers.get('etag') ?? ''
      const second = await world.get(PATHS.snapshot, analyst, { 'if-none-match': etag })
      expect(second.status).toBe(304)
      expect(await second.text()).toBe('')
    })

    it('is another one for another scope', async () => {
      const etag = (await world.get(PATHS.snapshot, analyst)).headers.get('etag') ?? ''
      expect((await world.get(PATHS.snapshot, manager, { 'if-none-match': etag })).status).toBe(200)
    })
  })

  describe('a scope', () => {
    it('of one region gives that region and what belongs to none', async () => {
      const regions = new Set((await manifestsOf(manager)).map(({ region }) => region))
      expect(regions).toEqual(new Set([NCR, null]))
    })

    it('hides manifests and blobs of other regions as if they were not there', async () => {
      const own = new Set((await snapshotOf(manager)).manifests)
      const foreign = (await snapshotOf(analyst)).manifests.filter(hash => !own.has(hash))
      expect(foreign.length).toBeGreaterThan(0)
      for (const hash of foreign) {
        expect(await codeOf(await world.get(PATHS.manifest(hash), manager))).toBe('404 not_found')
        const { signed } = manifestEnvelope.parse(
          await (await world.get(PATHS.manifest(hash), analyst)).json(),
        )
        for (const partition of signed.partitions) {
          expect(await codeOf(await world.get(PATHS.blob(partition.sha256), manager))).toBe('404 not_found')
        }
      }
    })

    it('made narrower holds at once, before the token ends', async () => {
      const setRegions = (regions: string[] | null) =>
        world.server.pool.query('update scout.app_user set regions = $2 where tenant_id = $1 and role = $3', [
          TENANT,
          regions,
          'analyst',
        ])
      const { sha256: blob } = await partitionOf(
        analyst,
        'gold.sales_cube',
        p => p.values.month === '2026-01',
      )
      await setRegions([ILOCOS])
      try {
        expect(await codeOf(await world.get(PATHS.blob(blob), analyst))).toBe('404 not_found')
      } finally {
        await setRegions(null)
      }
    })

    it('of another tenant holds nothing of this one', async () => {
      const { manifests } = await snapshotOf(analyst)
      const { sha256: blob } = await partitionOf(analyst, 'gold.sales_cube', () => true)
      const answers = await Promise.all([
        ...manifests.map(hash => world.get(PATHS.manifest(hash), stranger)),
        world.get(PATHS.blob(blob), stranger),
      ])
      for (const answer of answers) expect(await codeOf(answer)).toBe('404 not_found')
    })

    it('needs a log-in', async () => {
      const { sha256: blob } = await partitionOf(analyst, 'reference.geography', () => true)
      expect(await codeOf(await fetch(new URL(PATHS.blob(blob), world.url)))).toBe('401 token_missing')
    })
  })

  describe('a blob', () => {
    it('comes in parts', async () => {
      const { sha256: blob, bytes: size } = await partitionOf(analyst, 'gold.sales_cube', () => true)
      const whole = await bytesOf(await world.get(PATHS.blob(blob), analyst))
      const ask = (range: string) => world.get(PATHS.blob(blob), analyst, { range })
      const middle = await ask('bytes=10-19')
      expect([middle.status, middle.headers.get('content-range')]).toEqual([206, `bytes 10-19/${size}`])
      expect(await bytesOf(middle)).toEqual(whole.subarray(10, 20))
      expect(await bytesOf(await ask('bytes=-4'))).toEqual(whole.subarray(-4))
      expect(await bytesOf(await ask(`bytes=${size - 1}-`))).toEqual(whole.subarray(-1))
      const outside = await ask(`bytes=${size}-`)
      expect([outside.status, outside.headers.get('content-range')]).toEqual([416, `bytes */${size}`])
    })

    it('is private, immutable and costs a 304 to those who have it', async () => {
      const { sha256: blob } = await partitionOf(analyst, 'gold.sales_cube', () => true)
      const response = await world.get(PATHS.blob(blob), analyst)
      expect(response.headers.get('cache-control')).toBe('private, max-age=31536000, immutable')
      const etag = response.headers.get('etag') ?? ''
      expect((await world.get(PATHS.blob(blob), analyst, { 'if-none-match': etag })).status).toBe(304)
    })

    it('of boundaries comes compressed, and in parts uncompressed', async () => {
      const boundaries = await partitionOf(analyst, 'reference.geography', p => p.values.level === 'region')
      const path = PATHS.blob(boundaries.sha256)
      const zipped = await world.get(path, analyst, { 'accept-encoding': 'gzip' })
      expect(zipped.headers.get('content-encoding')).toBe('gzip')
      const geojson = JSON.parse(Buffer.from(await bytesOf(zipped)).toString())
      expect(geojson.features.map((feature: { id: number }) => feature.id)).toEqual(
        Array.from({ length: 18 }, (_, i) => i),
      )
      const plain = await world.get(path, analyst, { 'accept-encoding': 'identity' })
      expect(plain.headers.get('content-encoding')).toBeNull()
      expect(JSON.parse(Buffer.from(await bytesOf(plain)).toString())).toEqual(geojson)
      const part = await world.get(path, analyst, { 'accept-encoding': 'gzip', range: 'bytes=0-15' })
      expect(part.status).toBe(206)
      expect(Buffer.from(await bytesOf(part)).toString()).toMatch(/^\{"type":"Featur/)
    })

    it('that is gone from the store says so', async () => {
      const { rows } = await world.server.pool.query(
        `insert into scout.dataset_partition select tenant_id, dataset_id, version, region, 999, $1, bytes, rows, format,
           partition_values, ranges from scout.dataset_partition where position = 0 limit 1 returning sha256`,
        [sha256('nowhere')],
      )
      expect(await codeOf(await world.get(PATHS.blob(rows[0].sha256), analyst))).toBe('404 blob_missing')
    })
  })

  describe('an administrator', () => {
    const bearer = (who: Session) => ({ authorization: `Bearer ${who.access_token}` })

    async function finished(started: Response, who: Session): Promise<Job> {
      expect(started.status).toBe(202)
      const { job_id } = job.parse(await started.json())
      return expect
        .poll(async () => (await world.get(PATHS.job(job_id), who)).json(), { timeout: 30_000 })
        .toMatchObject({
          state: expect.stringMatching(/completed|failed/),
        })
        .then(async () => job.parse(await (await world.get(PATHS.job(job_id), who)).json()))
    }

    it('transforms and publishes by jobs: only what changed gets a new version', async () => {
      const admin = await world.logIn(emailOf('admin'))
      const device = await world.device({ backfillFrom: '2026-01-01' })
      await device.send([{ seq: 1, content: sale('D', { sold_at: '2026-02-02T09:00:00', store_id: 'S2' }) }])
      const before = await manifestsOf(analyst)
      const earlier = (await snapshotOf(analyst)).index.signed.sequence

      const transformed = await finished(await post(world.url, PATHS.transforms, {}, bearer(admin)), admin)
      expect(transformed.state).toBe('completed')
      const published = await finished(
        await post(world.url, PATHS.publications, { note: 'D' }, bearer(admin)),
        admin,
      )
      expect(published).toMatchObject({ state: 'completed', result: { published: true } })

      const { index } = await snapshotOf(analyst)
      expect(index.signed.sequence).toBe(earlier + 1)
      expect(Object.fromEntries(index.signed.datasets.map(d => [d.dataset_id, d.version]))).toEqual({
        'reference.geography': '1.0.0',
        'gold.sales_cube': '1.0.1',
        'gold.store_days': '1.0.1',
        'gold.sale_lines': '1.0.1',
        'platinum.anomaly_detection': '1.0.0',
        'platinum.basket_clusters': '1.0.0',
      })
      const blobs = (manifests: Manifest[], region: string) =>
        manifests
          .filter(m => m.region === region && m.dataset_id === 'gold.sales_cube')
          .flatMap(m => m.partitions.map(p => p.sha256))
      const after = await manifestsOf(analyst)
      expect(blobs(after, NCR)).toEqual(blobs(before, NCR))
      expect(blobs(after, ILOCOS)).not.toEqual(blobs(before, ILOCOS))
    })

    it('cannot publish under a version that is not above the present one', async () => {
      const admin = await world.logIn(emailOf('admin'))
      const device = await world.device({ backfillFrom: '2026-01-01' })
      await device.send([{ seq: 1, content: sale('E', { sold_at: '2026-02-03T09:00:00' }) }])
      await world.server.transform(TENANT)
      const ended = await finished(
        await post(world.url, PATHS.publications, { version: '1.0.1' }, bearer(admin)),
        admin,
      )
      expect(ended).toMatchObject({ state: 'failed', error: { code: 'version_exists' } })
    })

    it('of another tenant does not see the job', async () => {
      const admin = await world.logIn(emailOf('admin'))
      const { job_id } = job.parse(await (await post(world.url, PATHS.transforms, {}, bearer(admin))).json())
      const other = await world.logIn(emailOf('admin', OTHER_TENANT))
      expect(await codeOf(await world.get(PATHS.job(job_id), other))).toBe('404 not_found')
    })

    it('is the only one who may', async () => {
      expect(await codeOf(await post(world.url, PATHS.publications, {}, bearer(manager)))).toBe(
        '403 forbidden',
      )
    })
  })

  it('gives Parquet that says what gold says', async () => {
    const { rows } = await world.server.pool.query(
      'select sum(net_sales)::text as net from scout.gold_sales_cube where tenant_id = $1',
      [TENANT],
    )
    const { tableFromIPC } = await import('apache-arrow')
    const { readParquet } = await import('parquet-wasm')
    await world.server.publish(TENANT)
    let centavos = 0
    for (const { dataset_id, partitions } of await manifestsOf(analyst)) {
      if (dataset_id !== 'gold.sales_cube') continue
      for (const { sha256: blob, rows: count } of partitions) {
        const bytes = await bytesOf(await world.get(PATHS.blob(blob), analyst))
        const table = tableFromIPC(readParquet(bytes).intoIPCStream())
        expect(table.numRows).toBe(count)
        for (const row of table) centavos += Math.round(row.net_sales * 100)
      }
    }
    expect(centavos).toBe(Math.round(Number(rows[0].net) * 100))
  })
})
