import { expect, it } from 'vitest'
import { reasonOf } from '../../../main/forward/failure.ts'

/** The texts that Electron's `net` rejects with, and Node's where they differ. */
it.each([
  ['net::ERR_INTERNET_DISCONNECTED', 'unreachable'],
  ['net::ERR_CONNECTION_REFUSED', 'unreachable'],
  ['net::ERR_CONNECTION_TIMED_OUT', 'timed_out'],
  ['net::ERR_TIMED_OUT', 'timed_out'],
  ['net::ERR_CERT_AUTHORITY_INVALID', 'certificate'],
  ['net::ERR_SSL_PROTOCOL_ERROR', 'certificate'],
  ['Redirect was cancelled', 'redirected'],
])('%s is %s', (text, reason) => {
  expect(reasonOf(new Error(text))).toBe(reason)
})

it('looks at causes and codes', () => {
  const cause = Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  expect(reasonOf(new TypeError('fetch failed', { cause }))).toBe('certificate')
  expect(reasonOf(new DOMException('', 'TimeoutError'))).toBe('timed_out')
  expect(reasonOf('odd')).toBe('unreachable')
})
