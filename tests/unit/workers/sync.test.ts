import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PATHS } from '../../../app/contracts/http.ts'
import type { Progress } from '../../../app/contracts/long-work.ts'
import { signedBytes } from '../../../app/contracts/manifest.ts'
import { tenantId, userId } from '../../../app/domain/ids.ts'
import { seal, sha256Of } from '../../../sync-server/publishing/envelopes.ts'
import { openOpfs } from '../../../workers/store/opfs.ts'
import { Store } from '../../../workers/store/store.ts'
import { SyncEngine } from '../../../workers/sync/sync-engine.ts'
import { newKeys, Publication } from '../../bench/support/publication.ts'
import { Laptop, PublicationServer } from './laptop.ts'
import { smallFiles, smallPublication } from './small-publication.ts'

const refusal = (code: string) => expect.objectContaining({ code })

describe('syncing', () => {
  let server: PublicationServer
  let laptop: Laptop

  beforeEach(async () => {
    server = new PublicationServer(await smallPublication())
    await server.start()
    laptop = new Laptop(server.origin)
  })
  afterEach(() => server.stop())

  const sync = (work: Parameters<Laptop['sync']['sync']>[1] = {}) => laptop.sync.sync(laptop.access, work)

  it('brings a snapshot onto an empty laptop, verified and active', async () => {
    const outcome = await laptop.take(server)
    expect(outcome).toMatchObject({
      changed: true,
      downloadedFiles: 3,
      active: { sequence: 1, sample: true },
    })
    expect(outcome.active.datasets.map(({ datasetId, rows }) => [datasetId, rows])).toEqual([
      ['reference.geography', 10],
      ['gold.sales_cube', 2],
    ])
    expect((await laptop.names('blobs')).toSorted()).toEqual([...server.publication.blobs.keys()].toSorted())
    expect(await laptop.names('partial')).toEqual([])
  })

  it('costs one request when nothing changed', async () => {
    await laptop.take(server)
    server.requests.length = 0
    expect(await sync()).toMatchObject({ changed: false, downloadedBytes: 0 })
    expect(server.requests).toEqual([PATHS.snapshot])
  })

  it('downloads only the files that are new', async () => {
    await laptop.take(server)
    server.publication = await smallPublication({ sequence: 2, keys: server.publication.keys }, 11)
    expect(await sync()).toMatchObject({ changed: true, downloadedFiles: 1, active: { sequence: 2 } })
  })

  it('reports bytes of all files, never more than there are', async () => {
    await laptop.sync.adopt(server.publication.profile(), laptop.access)
    const seen: Progress[] = []
    await sync({ onProgress: progress => seen.push(progress) })
    const total = server.publication.blobs.values().reduce((sum, blob) => sum + blob.length, 0)
    const downloads = seen.filter(({ stage }) => stage === 'download')
    expect(downloads.at(-1)).toEqual({ stage: 'download', done: total, total })
    expect(downloads.every(({ done }) => done <= total)).toBe(true)
  })

  it('goes on where a download stopped', async () => {
    await laptop.sync.adopt(server.publication.profile(), laptop.access)
    const [hash, blob] = [...server.publication.blobs].find(([, bytes]) => bytes.length > 3000) ?? [
      '',
      new Uint8Array(),
    ]
    laptop.files.files.set(`partial/${hash}`, new Uint8Array(blob.subarray(0, 1000)))
    const ranges: (string | undefined)[] = []
    server.meddle = request => {
      if (request.url === PATHS.blob(hash)) ranges.push(request.headers.range)
      return false
    }
    const outcome = await sync()
    expect(ranges).toEqual(['bytes=1000-'])
    const total = server.publication.blobs.values().reduce((sum, bytes) => sum + bytes.length, 0)
    expect(outcome.downloadedBytes).toBe(total - 1000)
  })

  it('starts over where the server knows no ranges', async () => {
    await laptop.sync.adopt(server.publication.profile(), laptop.access)
    for (const [hash, blob] of server.publication.blobs) {
      laptop.files.files.set(`partial/${hash}`, new Uint8Array(blob.subarray(0, 100)))
    }
    server.meddle = request => {
      delete request.headers.range
      return false
    }
    expect(await sync()).toMatchObject({ changed: true })
  })

  it('refuses a damaged file, keeps the version before, and repairs it by syncing again', async () => {
    await laptop.take(server)
    server.publication = await smallPublication({ sequence: 2, keys: server.publication.keys }, 11)
    let damage = true
    server.meddle = (request, response) => {
      const blob = server.publication.answer(request.url ?? '')
      if (!damage || !request.url?.startsWith('/v1/blobs/') || !blob) return false
      const wrong = Buffer.from(blob)
      wrong[10] = (wrong[10] ?? 0) ^ 1
      response.end(wrong)
      return true
    }
    await expect(sync()).rejects.toThrow(refusal('blob_hash_mismatch'))
    expect((await laptop.sync.open()).active?.sequence).toBe(1)
    damage = false
    expect(await sync()).toMatchObject({ changed: true, active: { sequence: 2 } })
  })

  it('does not take more bytes than the manifest says', async () => {
    await laptop.sync.adopt(server.publication.profile(), laptop.access)
    server.meddle = (request, response) => {
      if (!request.url?.startsWith('/v1/blobs/')) return false
      response.end(Buffer.alloc(1_000_000))
      return true
    }
    await expect(sync()).rejects.toThrow(refusal('blob_hash_mismatch'))
    const held = (await laptop.names('partial')).map(
      name => laptop.files.files.get(`partial/${name}`)?.length ?? 0,
    )
    expect(Math.max(0, ...held)).toBeLessThan(1_000_000)
  })

  it('repairs a file that went missing, though the server has nothing new', async () => {
    await laptop.take(server)
    const [name] = await laptop.names('blobs')
    await laptop.files.remove(`blobs/${name}`)
    expect(await sync()).toMatchObject({ changed: false, downloadedFiles: 1 })
    expect(await laptop.names('blobs')).toHaveLength(3)
  })

  it('never goes back, nor sideways under the same number', async () => {
    const { keys } = server.publication
    server.publication = await smallPublication({ sequence: 5, keys })
    await laptop.take(server)
    server.publication = await smallPublication({ sequence: 4, keys }, 99)
    await expect(sync()).rejects.toThrow(refusal('metadata_replayed'))
    server.publication = await smallPublication({ sequence: 5, keys }, 99)
    await expect(sync()).rejects.toThrow(refusal('metadata_replayed'))
  })

  it('stops updating from expired metadata, and goes on reading', async () => {
    await laptop.take(server)
    const { keys } = server.publication
    server.publication = await smallPublication({ sequence: 2, keys, expiresAt: '2020-01-01T00:00:00Z' }, 11)
    await expect(sync()).rejects.toThrow(refusal('metadata_expired'))
    expect((await laptop.sync.open()).active?.sequence).toBe(1)
  })

  it('refuses an index that another key signed', async () => {
    await laptop.take(server)
    const stranger = await smallPublication({ sequence: 2 }, 11)
    const own = server.publication
    server.meddle = (request, response) => {
      if (request.url !== PATHS.snapshot) return false
      stranger.serve(request, response)
      return true
    }
    server.publication = own
    await expect(sync()).rejects.toThrow(refusal('metadata_invalid'))
  })

  it.each([
    ['another tenant', { tenant_id: 'other' }],
    ['another dataset', { dataset_id: 'gold.store_days' }],
    ['another version', { version: '9.9.9' }],
  ])('refuses a rightly signed manifest of %s', async (_, change) => {
    const { manifests, index, keys } = server.publication
    const [first] = manifests
    if (!first) throw new Error('a publication has manifests')
    const [hash, { signed }] = first
    const changed = seal({ ...signed, ...change }, keys.manifest)
    manifests.delete(hash)
    manifests.set(changed.sha256, { bytes: changed.bytes, signed })
    for (const dataset of index.datasets) {
      dataset.manifests = dataset.manifests.map(name => (name === hash ? changed.sha256 : name))
    }
    await expect(laptop.take(server)).rejects.toThrow(refusal('metadata_invalid'))
  })

  it('refuses a manifest of a region outside the scope, even when the server offers it', async () => {
    await laptop.sync.adopt(server.publication.profile(['R1']), laptop.access)
    await expect(sync()).rejects.toThrow(refusal('metadata_invalid'))
  })

  it('asks for a fresh token once when one is refused, however many requests were under way', async () => {
    await laptop.sync.adopt(server.publication.profile(), laptop.access)
    laptop.asked.length = 0
    server.meddle = (request, response) => {
      if (request.headers.authorization === 'Bearer fresh') return false
      response.writeHead(401, { 'content-type': 'application/json' })
      response.end('{"code":"token_expired","message":"","retryable":true}')
      return true
    }
    await sync()
    expect(laptop.asked).toEqual([false, true])
  })

  it('gives up when the fresh token is refused too', async () => {
    await laptop.sync.adopt(server.publication.profile(), laptop.access)
    server.meddle = (_, response) => {
      response.writeHead(401, { 'content-type': 'application/json' })
      response.end('{"code":"session_revoked","message":"","retryable":false}')
      return true
    }
    await expect(sync()).rejects.toThrow(refusal('session_revoked'))
  })

  it('says that it is offline when nobody answers, also in the middle of a file', async () => {
    await laptop.sync.adopt(server.publication.profile(), laptop.access)
    server.meddle = (request, response) => {
      const blob = server.publication.answer(request.url ?? '')
      if (!request.url?.startsWith('/v1/blobs/') || !blob) return false
      response.writeHead(200, { 'content-length': blob.length })
      response.write(blob.subarray(0, 10), () => response.destroy())
      return true
    }
    await expect(sync()).rejects.toThrow(refusal('offline'))
    await server.stop()
    await expect(sync()).rejects.toThrow(refusal('offline'))
  })

  it('can be cancelled while it downloads', async () => {
    await laptop.sync.adopt(server.publication.profile(), laptop.access)
    const abort = new AbortController()
    const work = {
      signal: abort.signal,
      onProgress: ({ stage }: Progress) => stage === 'download' && abort.abort(),
    }
    await expect(sync({ ...work, onProgress: progress => void work.onProgress(progress) })).rejects.toThrow(
      refusal('cancelled'),
    )
    expect((await laptop.sync.open()).active).toBeNull()
  })

  it('lets one window sync at a time', async () => {
    await laptop.sync.adopt(server.publication.profile(), laptop.access)
    const other = new Laptop(server.origin)
    const held = Promise.withResolvers<void>()
    const holding = other.store.exclusively(() => held.promise)
    await expect(laptop.store.exclusively(async () => 'never', 20)).rejects.toThrow(refusal('store_locked'))
    held.resolve()
    await holding
    expect(await laptop.store.exclusively(async () => 'mine')).toBe('mine')
  })

  it('takes a refreshed profile over in the middle of a sync', async () => {
    await laptop.sync.adopt(server.publication.profile(), laptop.access)
    const later = server.publication.profile(null, { offline_until: '2098-01-01T00:00:00Z' })
    let adopted: Promise<unknown> | undefined
    await sync({
      onProgress: () => {
        adopted ??= laptop.sync.adopt(later, laptop.access)
      },
    })
    await adopted
    expect(await laptop.sync.open()).toMatchObject({ profile: later, active: { sequence: 1 } })
  })

  describe('and trust', () => {
    it('pins the root that the profile names, and no other', async () => {
      const wrong = { ...server.publication.profile(), root_sha256: sha256Of('something else') }
      await expect(laptop.sync.adopt(wrong, laptop.access)).rejects.toThrow(refusal('root_untrusted'))
      expect((await laptop.sync.open()).profile).toBeNull()
    })

    it('follows a root that the pinned one signed', async () => {
      await laptop.take(server)
      const { keys: old, root } = server.publication
      const next = await Publication.of(smallFiles(12), { sequence: 2, pack: null })
      const rotated = { ...next.root, version: root.version + 1 }
      const byBoth = seal(rotated, next.keys.root)
      const envelope = JSON.parse(byBoth.bytes.toString())
      envelope.signatures.push({ key_id: old.root.keyId, signature: old.root.sign(signedBytes(rotated)) })
      const previous = server.publication
      server.publication = next
      server.meddle = (request, response) => {
        if (request.url !== PATHS.root) return false
        response.end(JSON.stringify(envelope))
        return true
      }
      expect(await sync()).toMatchObject({ changed: true, active: { sequence: 2 } })
      const profile = previous.profile(null, { root_sha256: sha256Of(signedBytes(rotated)) })
      await expect(laptop.sync.adopt(profile, laptop.access)).resolves.toMatchObject({
        active: { sequence: 2 },
      })
    })

    it('refuses a root that only its own keys signed', async () => {
      await laptop.take(server)
      server.publication = await smallPublication({ sequence: 2, keys: await newKeys() })
      await expect(sync()).rejects.toThrow(refusal('root_untrusted'))
      await expect(laptop.sync.adopt(server.publication.profile(), laptop.access)).rejects.toThrow(
        refusal('root_untrusted'),
      )
    })
  })

  describe('for another person', () => {
    it('removes what lies outside a narrower scope before it returns', async () => {
      await laptop.take(server)
      const outside = [...server.publication.manifests].filter(([, { signed }]) => signed.region === 'R2')
      await laptop.sync.adopt(
        server.publication.profile(['R1'], { user_id: userId.parse('other') }),
        laptop.access,
      )
      const held = new Set([...(await laptop.names('blobs')), ...(await laptop.names('manifests'))])
      expect(outside).toHaveLength(1)
      for (const [hash, { signed }] of outside) {
        expect(held.has(hash)).toBe(false)
        for (const { sha256 } of signed.partitions) expect(held.has(sha256)).toBe(false)
      }
      expect(
        (await laptop.sync.open()).active?.datasets.find(d => d.datasetId === 'gold.sales_cube')?.rows,
      ).toBe(1)
      expect(await laptop.names('derived')).toEqual([])
    })

    it('brings what a wider scope allows', async () => {
      server.regions = ['R1']
      await laptop.take(server)
      server.regions = null
      expect(await laptop.take(server)).toMatchObject({ changed: true, downloadedFiles: 1 })
    })

    it('removes everything of another tenant', async () => {
      await laptop.take(server)
      server.publication = await smallPublication({ tenant: 'other' })
      const state = await laptop.sync.adopt(server.publication.profile(), laptop.access)
      expect(state).toMatchObject({ profile: { tenant_id: 'other' }, active: null })
      expect([...(await laptop.names('blobs')), ...(await laptop.names('manifests'))]).toEqual([])
      expect(await sync()).toMatchObject({ changed: true, active: { sequence: 1 } })
    })

    it('touches nothing while the other tenant has not proved its root', async () => {
      await laptop.take(server)
      const profile = { ...server.publication.profile(null), tenant_id: tenantId.parse('other') }
      await expect(laptop.sync.adopt(profile, laptop.access)).rejects.toThrow(refusal('root_untrusted'))
      expect(await laptop.names('blobs')).toHaveLength(3)
    })
  })

  it('opens a profile until its offline time is over, then asks for a log-in', async () => {
    await laptop.take(server)
    expect(await laptop.sync.open()).toMatchObject({ expired: false })
    const late = server.publication.profile(null, { offline_until: '2020-01-01T00:00:00Z' })
    expect(await laptop.sync.adopt(late, laptop.access)).toMatchObject({ expired: true })
    await expect(laptop.cube.catalogue()).rejects.toThrow(refusal('profile_expired'))
  })

  it('says that storage is denied where there is none', async () => {
    const engine = new SyncEngine(async () => new Store(await openOpfs()))
    await expect(engine.open()).rejects.toThrow(refusal('storage_denied'))
  })

  it('forgets everything when told to', async () => {
    await laptop.take(server)
    await laptop.sync.forget()
    expect(laptop.files.files.size).toBe(0)
    expect(await laptop.sync.open()).toEqual({ profile: null, expired: false, active: null, bytes: 0 })
  })
})
