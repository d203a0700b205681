import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readPointer, writePointer } from '../../../workers/store/pointer.ts'
import { sha256 } from '../../../workers/store/sha256.ts'
import { EMPTY_STATE, type StoreState } from '../../../workers/store/state.ts'
import { newKeys, type Publication } from '../../bench/support/publication.ts'
import { Laptop, PublicationServer } from './laptop.ts'
import { MemoryFiles, PowerCut } from './memory-files.ts'
import { smallPublication } from './small-publication.ts'

const stateWith = (etag: string): StoreState => ({ ...EMPTY_STATE, etag })

describe('the pointer', () => {
  it('is empty where nothing was written', async () => {
    expect(await readPointer(new MemoryFiles())).toEqual(EMPTY_STATE)
  })

  it('gives what was written last, from two slots that take turns', async () => {
    const files = new MemoryFiles()
    for (let i = 0; i < 5; i++) await writePointer(files, stateWith(`${i}`))
    expect(await readPointer(files)).toEqual(stateWith('4'))
    expect((await files.list('pointer')).toSorted()).toEqual(['a', 'b'])
  })

  it('survives any damage to the slot that was being written', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        async (writes, torn) => {
          const files = new MemoryFiles()
          for (let i = 0; i < writes; i++) await writePointer(files, stateWith(`${i}`))
          files.cutAfter = files.steps
          files.torn = torn
          await expect(writePointer(files, stateWith('never'))).rejects.toThrow(PowerCut)
          files.restart()
          expect(await readPointer(files)).toEqual(stateWith(`${writes - 1}`))
          await writePointer(files, stateWith('after'))
          expect(await readPointer(files)).toEqual(stateWith('after'))
        },
      ),
    ))

  it('does not take a changed bit for a state', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const files = new MemoryFiles()
        await writePointer(files, stateWith('old'))
        await writePointer(files, stateWith('new'))
        const slot = files.files.get('pointer/b') ?? new Uint8Array()
        slot[at % slot.length] = (slot[at % slot.length] ?? 0) ^ flip
        expect(await readPointer(files)).toEqual(stateWith('old'))
      }),
    ))
})

describe('a laptop whose power goes at any step', () => {
  let server: PublicationServer
  let first: Publication
  let second: Publication

  beforeAll(async () => {
    const keys = await newKeys()
    first = await smallPublication({ keys })
    second = await smallPublication({ keys, sequence: 2 }, 11)
    server = new PublicationServer(first)
    await server.start()
  })
  afterAll(() => server.stop())
  beforeEach(() => {
    server.publication = first
    server.regions = null
  })

  /** The pointed version is there to the last byte, whatever it is. */
  async function expectWhole(laptop: Laptop): Promise<void> {
    const { active } = await laptop.store.state()
    for (const held of active?.manifests ?? []) {
      const manifest = await laptop.store.readManifest(held.sha256)
      for (const { sha256: hash } of manifest.partitions)
        expect(await sha256(await laptop.store.readBlob(hash))).toBe(hash)
    }
  }

  async function writingSteps(
    work: (laptop: Laptop) => Promise<unknown>,
    prepare: (laptop: Laptop) => Promise<unknown>,
  ) {
    const laptop = new Laptop(server.origin)
    await prepare(laptop)
    const before = laptop.files.steps
    await work(laptop)
    return laptop.files.steps - before
  }

  it('while it updates: holds the old version or the new one whole, and a further sync ends at the new one', async () => {
    const prepare = async (laptop: Laptop) => {
      server.publication = first
      await laptop.take(server)
      await laptop.cube.load({})
      server.publication = second
    }
    const update = async (laptop: Laptop) => {
      await laptop.sync.sync(laptop.access, {})
      await laptop.cube.load({})
    }
    const steps = await writingSteps(update, prepare)
    expect(steps).toBeGreaterThan(5)
    for (let step = 0; step < steps; step++) {
      const laptop = new Laptop(server.origin)
      await prepare(laptop)
      laptop.files.cutAfter = laptop.files.steps + step
      laptop.files.torn = (step % 4) / 4
      await update(laptop).catch(() => undefined)
      laptop.files.restart()
      const restarted = new Laptop(server.origin)
      restarted.files.files.clear()
      for (const [path, bytes] of laptop.files.files) restarted.files.files.set(path, bytes)
      await expectWhole(restarted)
      expect([1, 2]).toContain((await restarted.sync.open()).active?.sequence)
      const opened = await restarted.cube.load({})
      expect(opened.rows).toBe(2)
      expect((await restarted.sync.sync(restarted.access, {})).active.sequence).toBe(2)
      await expectWhole(restarted)
    }
  })

  it('while a narrower scope comes in: nothing outside it is left once the laptop has been opened again', async () => {
    const prepare = (laptop: Laptop) => laptop.take(server)
    const narrow = (laptop: Laptop) => laptop.sync.adopt(server.publication.profile(['R1']), laptop.access)
    const steps = await writingSteps(narrow, prepare)
    for (let step = 0; step <= steps; step++) {
      const laptop = new Laptop(server.origin)
      await prepare(laptop)
      laptop.files.cutAfter = laptop.files.steps + step
      const adopted = await narrow(laptop).then(
        () => true,
        () => false,
      )
      laptop.files.restart()
      const state = await laptop.sync.open()
      expect(adopted).toBe(step === steps)
      if (state.profile?.regions === null) continue
      const outside = first.manifests.values().find(({ signed }) => signed.region === 'R2')
      for (const { sha256: hash } of outside?.signed.partitions ?? [])
        expect(await laptop.names('blobs')).not.toContain(hash)
    }
  })
})

describe('versions', () => {
  it('keeps the one before until the new one has been opened, then removes what nobody needs', async () => {
    const first = await smallPublication()
    const server = new PublicationServer(first)
    await server.start()
    try {
      const laptop = new Laptop(server.origin)
      await laptop.take(server)
      await laptop.cube.load({})
      server.publication = await smallPublication({ sequence: 2, keys: first.keys }, 11)
      await laptop.sync.sync(laptop.access, {})
      expect(await laptop.names('blobs')).toHaveLength(4)
      await laptop.cube.load({})
      expect((await laptop.names('blobs')).toSorted()).toEqual(
        [...server.publication.blobs.keys()].toSorted(),
      )
      expect(await laptop.names('manifests')).toHaveLength(server.publication.manifests.size)
    } finally {
      await server.stop()
    }
  })

  it('goes back to the one before when the new one cannot be read, and takes the repair of the same version', async () => {
    const first = await smallPublication()
    const server = new PublicationServer(first)
    await server.start()
    try {
      const laptop = new Laptop(server.origin)
      await laptop.take(server)
      await laptop.cube.load({})
      server.publication = await smallPublication({ sequence: 2, keys: first.keys }, 11)
      await laptop.sync.sync(laptop.access, {})
      const fresh = (await laptop.names('blobs')).find(name => !first.blobs.has(name)) ?? ''
      laptop.files.files.get(`blobs/${fresh}`)?.fill(0)
      await expect(laptop.cube.load({})).rejects.toThrow(
        expect.objectContaining({ code: 'blob_hash_mismatch' }),
      )
      expect((await laptop.sync.open()).active?.sequence).toBe(1)
      expect((await laptop.cube.load({})).rows).toBe(2)
      expect(await laptop.sync.sync(laptop.access, {})).toMatchObject({
        changed: true,
        active: { sequence: 2 },
      })
      expect((await laptop.cube.load({})).rows).toBe(2)
    } finally {
      await server.stop()
    }
  })
})
