import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PAGE_POLICY } from '../../../app/contracts/page-policy.ts'
import { type BenchPage, openBenchPage } from '../../bench/support/bench-page.ts'
import { salesFiles } from '../../bench/support/bench-publication.ts'
import { BENCH_SHAPE } from '../../bench/support/bench-shape.ts'
import { boundaryPublications, placesFile, readGeography } from '../../bench/support/geography.ts'
import { Publication } from '../../bench/support/publication.ts'
import { findChromium } from '../../support/chromium.ts'
import type { Harness } from './page/page.ts'

declare global {
  interface Window {
    harness: Harness
  }
}

/** The product's own policy; what breaks it is reported to the server, from workers too. */
const POLICY = Object.entries({ ...PAGE_POLICY, 'report-uri': ['/csp-report'] })
  .map(([directive, sources]) => `${directive} ${sources.join(' ')}`)
  .join('; ')

const SHAPE = { ...BENCH_SHAPE, days: 40 }

const chromium = findChromium()
const because = chromium === undefined ? ' (skipped: no Chromium; npm run setup installs it)' : ''

describe.skipIf(chromium === undefined)(`the workers in Chromium${because}`, () => {
  let opened: BenchPage
  let page: Page
  let publication: Publication
  let refused = 0
  const violations: string[] = []

  const handler = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/csp-report') {
      violations.push(await text(request))
      response.end()
      return true
    }
    if (request.url?.startsWith('/v1/') && request.headers.authorization !== 'Bearer fresh') {
      refused += 1
      response.writeHead(401, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ code: 'token_expired', message: 'expired', retryable: true }))
      return true
    }
    return publication.serve(request, response)
  }

  beforeAll(async () => {
    const geography = readGeography()
    const files = [
      placesFile(geography.places),
      ...boundaryPublications(),
      ...salesFiles(geography.cities.slice(0, 300), SHAPE),
    ]
    publication = await Publication.of(files, { pack: geography.pack })
    opened = await openBenchPage(join(import.meta.dirname, 'page'), {
      handler,
      headers: { 'content-security-policy': POLICY },
    })
    page = opened.page
  })
  afterAll(() => opened?.close())

  it('says that nothing is synced before anything is', async () => {
    const failure = await page.evaluate(() => window.harness.failure(() => window.harness.cube.catalogue()))
    expect(failure?.code).toBe('nothing_synced')
  })

  it('adopts a profile, syncs with progress, and refreshes a token that is refused', async () => {
    const outcome = await page.evaluate(async profile => {
      const { sync, access, work } = window.harness
      await sync.adopt(profile, access())
      const longWork = work()
      const result = await sync.sync(access(), longWork)
      return { result, stages: longWork.seen.map(({ stage }) => stage), last: longWork.seen.at(-1) }
    }, publication.profile())
    expect(outcome.result).toMatchObject({ changed: true, active: { sequence: 1, sample: true } })
    expect(outcome.result.downloadedFiles).toBe(publication.blobs.size)
    expect(new Set(outcome.stages)).toEqual(new Set(['metadata', 'download', 'activate']))
    expect(outcome.last).toEqual({ stage: 'activate', done: 1, total: 1 })
    expect(refused).toBeGreaterThan(0)
  })

  it('has nothing to do the second time', async () => {
    const again = await page.evaluate(() =>
      window.harness.sync.sync(window.harness.access(), window.harness.work()),
    )
    expect(again).toMatchObject({ changed: false, downloadedFiles: 0 })
  })

  it('gives the catalogue, and boundaries that a fetch can read', async () => {
    const found = await page.evaluate(async () => {
      const { cube } = window.harness
      const { places, pack } = await cube.catalogue()
      const url = await cube.boundaries('city', 'low')
      const { features } = (await (await fetch(url)).json()) as {
        features: { id: number; properties: { code: string } }[]
      }
      return {
        pack: pack.pack,
        counts: Object.values(places).map(list => list.length),
        agree: features.every(f => places.city[f.id]?.code === f.properties.code),
        features: features.length,
      }
    })
    expect(found).toEqual({ pack: 'ph', counts: [18, 88, 1642], agree: true, features: 1642 })
  })

  it('loads the cube, from the partitions and then from what it kept of them, with the same answers', async () => {
    const loadAndPaint = () =>
      page.evaluate(async () => {
        const { cube, work } = window.harness
        const longWork = work()
        const info = await cube.load(longWork)
        const stages = new Set(longWork.seen.map(({ stage }) => stage))
        const days = info.days ?? { from: 0, to: 0 }
        const painting = await cube.paint({
          metric: 'net_sales',
          level: 'region',
          within: null,
          range: days,
          filters: { time_of_day: ['morning'] },
        })
        const daily = await cube.daily({ metric: 'transactions', within: null, filters: {} })
        const answers = {
          info,
          total: painting.total,
          values: [...painting.values],
          daily: [...daily.values],
        }
        return { answers, stages: [...stages] }
      })
    const first = await loadAndPaint()
    const partitions = [...publication.manifests.values()]
      .filter(({ signed }) => signed.dataset_id === 'gold.sales_cube')
      .flatMap(({ signed }) => signed.partitions)
    expect(first.answers.info.rows).toBe(partitions.reduce((sum, { rows }) => sum + rows, 0))
    expect(first.stages).toEqual(['read', 'decode', 'index'])
    expect(first.answers.total.value).toBeGreaterThan(0)
    await expect
      .poll(
        () =>
          page.evaluate(async () => {
            const root = await (await navigator.storage.getDirectory()).getDirectoryHandle('scout')
            const names: string[] = []
            for await (const name of (await root.getDirectoryHandle('derived')).keys()) names.push(name)
            return names.filter(name => name.startsWith('facts')).length
          }),
        { timeout: 20_000 },
      )
      .toBe(1)
    await page.reload()
    expect(await loadAndPaint()).toEqual({ answers: first.answers, stages: ['index'] })
  })

  it('opens without a network, and says so when asked to sync', async () => {
    await opened.context.setOffline(true)
    try {
      const result = await page.evaluate(async () => ({
        state: await window.harness.sync.open(),
        failure: await window.harness.failure(() =>
          window.harness.sync.sync(window.harness.access(), window.harness.work()),
        ),
      }))
      expect(result.state.active?.sequence).toBe(1)
      expect(result.failure?.code).toBe('offline')
    } finally {
      await opened.context.setOffline(false)
    }
  })

  it('cancels a sync', async () => {
    await page.evaluate(() => window.harness.sync.forget())
    const failure = await page.evaluate(async profile => {
      const { sync, access, work, failure } = window.harness
      await sync.adopt(profile, access())
      return failure(() => sync.sync(access(), work('download')))
    }, publication.profile())
    expect(failure?.code).toBe('cancelled')
  })

  it('says that there is no space left, and syncs once there is', async () => {
    const session = await opened.context.newCDPSession(page)
    const { origin } = opened
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 200_000 })
    const attempt = () =>
      page.evaluate(() =>
        window.harness.failure(() =>
          window.harness.sync.sync(window.harness.access(), window.harness.work()),
        ),
      )
    expect((await attempt())?.code).toBe('storage_full')
    await session.send('Storage.overrideQuotaForOrigin', { origin })
    expect(await attempt()).toBeNull()
  })

  it('breaks no rule of the page policy, and the policy would have told', async () => {
    expect(await page.evaluate(() => window.harness.problems)).toEqual([])
    expect(violations).toEqual([])
    await page.evaluate(() => window.harness.breakPolicy())
    await expect.poll(() => violations.length).toBeGreaterThan(0)
  })
})
