import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCities } from '../../../../edge-agent/simulate/places.ts'
import { simulate } from '../../../../edge-agent/simulate/simulate.ts'
import { temporaryHome } from '../support/home.ts'
import { SMALL, simulatedFolder } from '../support/simulation.ts'

describe('a simulation', () => {
  it('has the same bytes for the same seed, and others for another', async () => {
    const first = await simulatedFolder(SMALL)
    expect((await simulatedFolder(SMALL)).hash()).toBe(first.hash())
    expect((await simulatedFolder({ ...SMALL, seed: 2 })).hash()).not.toBe(first.hash())
  })

  it('has the bytes that it had on every other machine', async () => {
    const { hash } = await simulatedFolder({ ...SMALL, stores: 20, cities: 18, days: 20 })
    expect(hash()).toBe('277a64397415e5fd2e1983a977a33831f2d41197ff1a1fab61052c06a94474bc')
  })

  it('says the same of each sale whatever the devices and flaws are', async () => {
    const ids = (lines: string[]) =>
      new Set(lines.map(line => /"(?:transaction_)?id":"(ST-[^"]+)"/.exec(line)?.[1]))
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 0xffff_ffff }),
        fc.constantFrom('store', 'city', 'province', 'region'),
        async (seed, deviceFor) => {
          const settings = { ...SMALL, seed, stores: 12, cities: 8, days: 10, salesPerDay: 20, clean: true }
          const apart = await simulatedFolder({ ...settings, deviceFor })
          const together = await simulatedFolder({ ...settings, deviceFor: 'region' })
          expect(apart.lines().toSorted()).toEqual(together.lines().toSorted())
          const flawed = ids((await simulatedFolder({ ...settings, deviceFor, clean: false })).lines())
          for (const id of ids(apart.lines())) expect(flawed).toContain(id)
        },
      ),
      { numRuns: 12 },
    )
  })

  it('never touches a folder that holds something, and leaves none behind when it is stopped', async () => {
    const folder = join(temporaryHome(), 'out')
    mkdirSync(folder)
    writeFileSync(join(folder, 'mine'), '')
    await expect(simulate(readCities(), SMALL, folder)).rejects.toMatchObject({ code: 'conflict' })
    const stop = new AbortController()
    const other = join(temporaryHome(), 'out')
    const running = simulate(readCities(), SMALL, other, {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    })
    await expect(running).rejects.toMatchObject({ name: 'AbortError' })
    expect([existsSync(other), existsSync(`${other}.part`)]).toEqual([false, false])
  })

  it('names the setting that cannot be', async () => {
    const folder = join(temporaryHome(), 'out')
    await expect(simulate(readCities(), { ...SMALL, days: 0 }, folder)).rejects.toMatchObject({
      code: 'request_invalid',
      message: expect.stringContaining('days'),
    })
    expect(() => readCities('/nowhere/places.csv')).toThrow('--places')
  })
})
