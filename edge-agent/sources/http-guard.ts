import type { IncomingHttpHeaders } from 'node:http'
import { ScoutError } from '../../app/errors.ts'

/**
 * Keeps web pages out of the local intake. A page that someone opens on this machine can send requests to loopback, and by
 * rebinding its DNS name even read the answers; but its browser then names the page's `Origin`, marks the request
 * with `Sec-Fetch-Site`, or asks for another `Host`. Tills and scripts do none of these.
 *
 * @throws ScoutError `csrf_refused`.
 */
export function refuseWebPages(headers: IncomingHttpHeaders): void {
  if (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined || !isLoopback(headers.host)) {
    throw new ScoutError('csrf_refused', {
      message: 'Only programs on this machine may hand in sales; a web page may not.',
    })
  }
}

/** `127.0.0.1:7411`, `localhost`, `[::1]:7411`. */
function isLoopback(host: string | undefined): boolean {
  return host !== undefined && /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i.test(host)
}
