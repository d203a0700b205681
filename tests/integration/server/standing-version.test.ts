import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PATHS, type Session } from '../../../app/contracts/http.ts'
import type { SaleVersion } from '../../../app/contracts/ways-back.ts'
import { forEachEngine } from '../../support/database.ts'
import type { TestDevice } from './device.ts'
import { emailOf, openWorld, sale, type World } from './world.ts'

/** A version: which device hands it in, whether and when it was revised, and what it says. */
const version = fc.record({
  device: fc.constantFrom(0, 1),
  revised: fc.option(fc.integer({ min: 1, max: 50 })),
  total: fc.integer({ min: 1, max: 3 }),
})

describe('the version that stands', () => {
  forEachEngine(database => {
    let world: World
    let admin: Session
    let devices: TestDevice[]
    let number = 0
    const begin = Date.now() - 3_600_000
    const at = (minute: number) => new Date(begin + minute * 60_000).toISOString()

    beforeAll(async () => {
      world = await openWorld(database())
      admin = await world.logIn(emailOf('admin'))
      devices = [await world.device(), await world.device()]
    })
    afterAll(() => world?.close())

    it('is the same in whatever order its batches come, and however often', async () => {
      let seqs = 0
      const arrive = async (
        versions: readonly { device: number; revised: number | null; total: number }[],
        order: readonly number[],
      ) => {
        const id = `P${++number}`
        const first = seqs
        seqs += versions.length
        for (const i of order) {
          const one = versions[i]
          if (one === undefined) continue
          const revised_at = one.revised === null ? null : at(one.revised)
          const { contract, sale: said } = sale(id, { sold_at: at(0), total: one.total, revised_at })
          const content = JSON.stringify({ contract, recorded_at: at(i + 1), clock_offset_ms: 0, sale: said })
          await devices[one.device]?.send([{ seq: first + i + 1, content }])
        }
        const all: SaleVersion[] = await (await world.get(PATHS.sale('S1', id), admin)).json()
        const standing = all.filter(({ stands }) => stands)
        expect(standing).toHaveLength(1)
        const { total, revised_at } = Object(standing[0]?.sale)
        return { total, revised_at, versions: new Set(all.map(one => one.event_hash)).size }
      }
      await fc.assert(
        fc.asyncProperty(
          // The same version handed in twice is a duplicate, whose key is that of whichever came first: versions differ here.
          fc.uniqueArray(version, {
            minLength: 2,
            maxLength: 5,
            selector: ({ revised, total }) => `${revised}/${total}`,
          }),
          fc.integer(),
          async (versions, seed) => {
            const inOrder = versions.map((_, i) => i)
            const shuffled = [...inOrder, ...inOrder].sort(
              (a, b) => Math.sin(seed + a * 7 + 1) - Math.sin(seed + b * 7 + 1),
            )
            expect(await arrive(versions, shuffled)).toEqual(await arrive(versions, inOrder))
          },
        ),
        { numRuns: 12 },
      )
    }, 120_000)
  })
})
