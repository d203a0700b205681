/** Scheme of the application's own origin; registered before the `ready` event. */
export const APP_SCHEME = 'app'
const APP_HOST = 'scout'
export const APP_ORIGIN = `${APP_SCHEME}://${APP_HOST}`
export const APP_PAGE = `${APP_ORIGIN}/`

/**
 * `standard` and `secure` give the page OPFS, workers and Web Crypto; `stream` lets answers flow. No `corsEnabled`: other
 * origins cannot read a byte. No service worker: the files are on the disk already.
 */
export const APP_PRIVILEGES = {
  standard: true,
  secure: true,
  supportFetchAPI: true,
  stream: true,
  codeCache: true,
  allowServiceWorkers: false,
} as const

/** Whether an address lies in the application's origin. `URL.origin` is `null` for schemes that Node does not know. */
export function isAppUrl(address: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  return (
    url.protocol === `${APP_SCHEME}:` && url.host === APP_HOST && url.username === '' && url.password === ''
  )
}
