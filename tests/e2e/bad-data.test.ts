import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ERRORS } from '../../app/errors.ts'
import { findChromium, openProfile } from '../support/chromium.ts'
import { logIn } from './support/application.ts'
import { type RunningScout, startScout } from './support/running-scout.ts'

const chromium = findChromium()
const because = chromium === undefined ? ' (skipped: no Chromium; npm run setup installs it)' : ''

describe.skipIf(chromium === undefined)(
  `what goes wrong is said on screen, and nothing is lost${because}`,
  () => {
    let scout: RunningScout
    let folder: string
    let browser: BrowserContext | undefined

    beforeAll(async () => {
      scout = await startScout('seed')
      folder = mkdtempSync(join(tmpdir(), 'scout-profiles-'))
    })
    afterEach(async () => {
      await browser?.close()
      browser = undefined
    })
    afterAll(async () => {
      await scout?.remove()
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
    })

    async function newPage(profile: string): Promise<Page> {
      browser = await openProfile(join(folder, profile))
      return browser.pages()[0] ?? (await browser.newPage())
    }

    it('a site without storage is told so before anybody logs in', async () => {
      const preferences = join(folder, 'denied/Default')
      mkdirSync(preferences, { recursive: true })
      const blocked = { profile: { default_content_setting_values: { cookies: 2 } } }
      writeFileSync(join(preferences, 'Preferences'), JSON.stringify(blocked))
      const page = await newPage('denied')
      await page.goto(scout.server.url)
      await page.getByText(ERRORS.storage_denied.message).waitFor()
    })

    it('a full disk stops the sync, in words, and syncing again succeeds once there is space', async () => {
      const page = await newPage('full')
      await page.goto(scout.server.url)
      // The application itself is kept first; then there is room for a part of the data.
      const used = await page.evaluate(async () => {
        await navigator.serviceWorker.ready
        return (await navigator.storage.estimate()).usage ?? 0
      })
      const devtools = await page.context().newCDPSession(page)
      await devtools.send('Storage.overrideQuotaForOrigin', {
        origin: scout.server.url,
        quotaSize: used + 3_000_000,
      })
      await logIn(page, scout.server.url, scout.person('analyst'))
      await page
        .getByText(/There is no space left/)
        .first()
        .waitFor({ timeout: 60_000 })
      await devtools.send('Storage.overrideQuotaForOrigin', { origin: scout.server.url })
      await page.getByRole('button', { name: 'Fetch the data' }).click()
      await page.getByText('₱3,684,441.00').first().waitFor({ timeout: 60_000 })
    })

    it('a damaged partition is refused, and the version before stays open until the sync succeeds', async () => {
      const page = await newPage('damaged')
      await logIn(page, scout.server.url, scout.person('analyst'))
      await page.getByText('₱3,684,441.00').first().waitFor({ timeout: 60_000 })
      await scout.publishOneMoreSale()
      await page.route('**/v1/blobs/*', async route => {
        const response = await route.fetch()
        const body = await response.body()
        body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1
        await route.fulfill({ response, body })
      })
      await page.reload()
      await page
        .getByRole('alert')
        .getByText(/damaged/)
        .waitFor({ timeout: 30_000 })
      await page.getByText('₱3,684,441.00').first().waitFor()
      expect(await page.getByText(/Version 1\.0\.0/).count()).toBe(1)
      await page.unroute('**/v1/blobs/*')
      await page.getByRole('button', { name: 'Try again' }).click()
      await page.getByText('₱3,684,541.00').first().waitFor({ timeout: 30_000 })
      await page.getByText(/Version 1\.0\.1/).waitFor()
    })
  },
)
