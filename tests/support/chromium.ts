import { existsSync } from 'node:fs'
import { type BrowserContext, chromium } from 'playwright-core'

/** Where the system keeps Chromium, or `undefined`. `CHROMIUM_PATH` comes first. */
export function findChromium(): string | undefined {
  const candidates = [
    process.env.CHROMIUM_PATH,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ]
  return candidates.find(path => path !== undefined && existsSync(path))
}

/** Software WebGL, and none of Chromium's own calls to the network. */
const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--enable-unsafe-swiftshader',
  '--use-angle=swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A browser with a profile on disk, as a person has it: service worker, OPFS and cookies outlive a page. */
export function openProfile(
  folder: string,
  options: { width?: number; height?: number } = {},
): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, {
    headless: true,
    executablePath: findChromium(),
    args: CHROMIUM_ARGS,
    viewport: { width: options.width ?? 1280, height: options.height ?? 720 },
  })
}
