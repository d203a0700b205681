import { REFRESH_COOKIE } from '../../app/contracts/http.ts'

/** What an answer does to the refresh token: keeps it as it is, sets it, or ends it. */
export type CookieChange =
  | { readonly kind: 'none' }
  | { readonly kind: 'set'; readonly value: string }
  | { readonly kind: 'clear' }

/** Electron's `net.fetch` joins several `Set-Cookie` lines by commas; a comma inside `Expires` is followed by no `name=`. */
const BETWEEN_COOKIES = /,\s*(?=[!#$%&'*+\-.^_`|~0-9A-Za-z]+=)/

/** Reads `Set-Cookie` for the one cookie that main keeps; the last one stands. */
export function refreshCookieChange(headers: Headers, now: Date = new Date()): CookieChange {
  let change: CookieChange = { kind: 'none' }
  for (const line of headers.getSetCookie().flatMap(joined => joined.split(BETWEEN_COOKIES))) {
    const [pair = '', ...attributes] = line.split(';')
    const separator = pair.indexOf('=')
    if (pair.slice(0, separator).trim() !== REFRESH_COOKIE) continue
    const value = pair.slice(separator + 1).trim()
    change = value === '' || hasExpired(attributes, now) ? { kind: 'clear' } : { kind: 'set', value }
  }
  return change
}

function hasExpired(attributes: readonly string[], now: Date): boolean {
  const named = new Map(
    attributes.map(attribute => {
      const [name = '', value = ''] = attribute.split('=')
      return [name.trim().toLowerCase(), value.trim()] as const
    }),
  )
  const maxAge = named.get('max-age')
  if (maxAge !== undefined) return Number(maxAge) <= 0
  const expires = named.get('expires')
  return expires !== undefined && Date.parse(expires) <= now.getTime()
}
