import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { PATHS } from '../../../app/contracts/http.ts'
import { openBenchPage } from '../support/bench-page.ts'
import { benchPublication } from '../support/bench-publication.ts'
import { atMost, type Measurement, median, type Suite, timesAsFast } from '../support/measurement.ts'
import type { Publication } from '../support/publication.ts'
import type { BrushResults } from './page/app.ts'
import type { RecolourResults } from './page/recolour.ts'

declare global {
  interface Window {
    runRecolourBench(): Promise<RecolourResults>
    runBrushBench(): Promise<BrushResults>
    mapIsIdle(): boolean
  }
}

const PAGE = join(import.meta.dirname, 'page')
const SCRIPT_MS = 2
const FRAME_MS = 1000 / 60
const STARTS = 5
const OPENING_MS = 120_000

/**
 * The product's map in Chromium. The application's files come from this machine for the application and for bare MapLibre
 * alike, as Electron's own protocol or the service worker would give them; the interface is gone before a cold start.
 */
export const suite: Suite = {
  name: 'map',
  async *run() {
    const publication = await benchPublication()
    const interfaceOf = new Interface(publication)
    const opened = await openBenchPage(PAGE, {
      handler: (request, response) => interfaceOf.answer(request, response),
      vite: {
        build: { rollupOptions: { input: ['index', 'bare', 'app'].map(name => join(PAGE, `${name}.html`)) } },
      },
    })
    try {
      yield* recolourings(await opened.page.evaluate(() => window.runRecolourBench()))
      await opened.page.goto('about:blank')
      await fillStore(opened.context, `${opened.origin}/app.html`)
      interfaceOf.gone = true
      yield await coldStart(opened.context, opened.origin)
      yield await brushing(opened.context, opened.origin)
    } finally {
      await opened.close()
    }
  },
}

/** What the application asks of a server, until there is none. */
class Interface {
  readonly #publication: Publication
  gone = false

  constructor(publication: Publication) {
    this.#publication = publication
  }

  answer(request: IncomingMessage, response: ServerResponse): boolean {
    const path = request.url ?? ''
    const boundaries = /^\/bench\/(\w+)-(\w+)\.geojson$/.exec(path)
    if (boundaries) return this.#boundaries(response, boundaries[1], boundaries[2])
    if (!path.startsWith('/v1/')) return false
    if (this.gone) {
      request.socket.destroy()
      return true
    }
    if (path === PATHS.login || path === PATHS.refresh) {
      const session = { access_token: 'bench', expires_in: 900, profile: this.#publication.profile() }
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(session))
      return true
    }
    return this.#publication.serve(request, response)
  }

  #boundaries(response: ServerResponse, level: string | undefined, detail: string | undefined): boolean {
    for (const { signed } of this.#publication.manifests.values()) {
      const partition = signed.partitions.find(
        ({ values }) => values.level === level && values.detail === detail,
      )
      if (!partition) continue
      response.setHeader('content-type', 'application/geo+json')
      response.end(this.#publication.blobs.get(partition.sha256))
      return true
    }
    return false
  }
}

function* recolourings(results: RecolourResults): Generator<Measurement> {
  const ms = { unit: 'ms' }
  const allowed = { yardstick: 'allowed', yardstickValue: SCRIPT_MS }
  yield atMost('map', { name: 'recolour_script', value: median(results.script), ...ms, ...allowed }, 1)
  const repaint = { yardstick: 'bare repaint', yardstickValue: median(results.repaint) }
  yield atMost(
    'map',
    { name: 'recolour_vs_repaint', value: median(results.recolour), ...ms, ...repaint },
    1.5,
  )
  const setData = { yardstick: 'setData', yardstickValue: median(results.setDataFrame) }
  yield timesAsFast(
    'map',
    { name: 'recolour_vs_set_data', value: median(results.recolourFrame), ...ms, ...setData },
    3,
  )
}

/** Opens as a person does for the first time, and waits until everything that a later start reads has been kept. */
async function fillStore(context: BrowserContext, url: string): Promise<void> {
  const page = await openTab(context, url)
  await page.getByRole('button', { name: 'It matches' }).click({ timeout: OPENING_MS })
  await choropleth(page)
  while (!(await page.evaluate(columnsAreKept))) await page.waitForTimeout(500)
  await page.close()
}

/** In the page: the decoded columns lie beside the partitions, under their own name only when they are whole. */
async function columnsAreKept(): Promise<boolean> {
  const origin = await navigator.storage.getDirectory()
  const store = await origin.getDirectoryHandle('scout')
  const derived = await store.getDirectoryHandle('derived')
  for await (const name of derived.keys()) if (name.startsWith('facts')) return true
  return false
}

async function coldStart(context: BrowserContext, origin: string): Promise<Measurement> {
  const ours: number[] = []
  const bare: number[] = []
  for (let i = -1; i < STARTS; i++) {
    const bareMs = await firstChoropleth(context, `${origin}/bare.html#city`)
    const oursMs = await firstChoropleth(context, `${origin}/app.html#level=city`)
    if (i < 0) continue
    bare.push(bareMs)
    ours.push(oursMs)
  }
  return atMost(
    'map',
    {
      name: 'cold_start_vs_bare',
      value: median(ours),
      unit: 'ms',
      yardstick: 'bare MapLibre, same boundaries',
      yardstickValue: median(bare),
    },
    2.5,
  )
}

/** Milliseconds from a new tab's navigation to the frame with the coloured places. */
async function firstChoropleth(context: BrowserContext, url: string): Promise<number> {
  const page = await openTab(context, url)
  const ms = await choropleth(page)
  await page.close()
  return ms
}

/** A tab that is in front: one behind another gets no frames. */
async function openTab(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage()
  await page.bringToFront()
  await page.goto(url)
  return page
}

/** When the page said that it had painted its first choropleth, in milliseconds from its navigation. */
async function choropleth(page: Page): Promise<number> {
  try {
    const mark = await page.waitForFunction(
      () => performance.getEntriesByName('first-choropleth')[0]?.startTime,
      null,
      { timeout: OPENING_MS },
    )
    return (await mark.jsonValue()) ?? Number.NaN
  } catch (cause) {
    throw new Error(`no choropleth; the page says: ${await page.locator('body').innerText()}`, { cause })
  }
}

/** From the pointer's event to the painted frame; one frame of waiting for the screen's tick is allowed on top. */
async function brushing(context: BrowserContext, origin: string): Promise<Measurement> {
  const page = await openTab(context, `${origin}/app.html#level=city`)
  await choropleth(page)
  // Until the levels that are not in view have been prepared.
  await page.waitForFunction(() => window.mapIsIdle())
  const { brush, repaint } = await page.evaluate(() => window.runBrushBench())
  await page.close()
  return atMost(
    'map',
    {
      name: 'brush_to_paint',
      value: median(brush) - FRAME_MS,
      unit: 'ms less one frame',
      yardstick: 'bare repaint',
      yardstickValue: median(repaint),
    },
    1.5,
  )
}
