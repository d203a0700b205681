import { PAGE_POLICY } from '../app/contracts/page-policy.ts'
import { APP_ORIGIN, isAppUrl } from './origin.ts'

const policy = Object.entries(PAGE_POLICY)
  .map(([directive, sources]) => `${directive} ${sources.join(' ')}`)
  .join('; ')

/** On every answer of `app://scout`, forwarded ones too: what the server says of these is replaced. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': policy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), usb=(), serial=(), hid=(), payment=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/**
 * Everything is denied but one thing that no one is asked about and that reaches nothing outside: that the operating system's
 * shortage of space does not evict the partitions (`navigator.storage.persist`).
 */
export function mayUse(permission: string, requestingUrl: string): boolean {
  return permission === 'persistent-storage' && isAppUrl(requestingUrl)
}

/** Addresses that the page's own session may load. Everything of the network goes through `/v1` and main. */
export function mayLoad(address: string): boolean {
  return isAppUrl(address) || /^(blob:app:\/\/scout\/|data:|devtools:)/.test(address)
}

/** Files that the page made itself may be saved, by a dialog; nothing else is downloaded. */
export function maySave(address: string): boolean {
  return address.startsWith(`blob:${APP_ORIGIN}/`)
}

/** Where the attribution's links lead. A click on one opens the system's browser; no other window opens. */
const EXTERNAL_HOSTS: ReadonlySet<string> = new Set(['data.humdata.org', 'github.com', 'psa.gov.ph'])

export function mayOpenOutside(address: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  return (
    url.protocol === 'https:' && url.port === '' && url.username === '' && EXTERNAL_HOSTS.has(url.hostname)
  )
}
