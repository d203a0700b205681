import { describe, expect, it } from 'vitest'
import { refreshCookieChange } from '../../../main/forward/refresh-cookie.ts'

const now = new Date('2026-03-01T00:00:00Z')
const change = (...lines: readonly string[]) => {
  const headers = new Headers()
  for (const line of lines) headers.append('set-cookie', line)
  return refreshCookieChange(headers, now)
}

describe('the refresh cookie of an answer', () => {
  it('is kept as it is when no cookie, or another, is set', () => {
    expect(change()).toEqual({ kind: 'none' })
    expect(change('theme=dark; Path=/')).toEqual({ kind: 'none' })
    expect(change('x_scout_refresh=1')).toEqual({ kind: 'none' })
  })

  it('is set with the attributes left aside', () => {
    const line = 'scout_refresh=a.b-c_d=; Path=/v1/auth; HttpOnly; Secure; SameSite=Strict; Max-Age=2592000'
    expect(change(line)).toEqual({ kind: 'set', value: 'a.b-c_d=' })
  })

  it.each([
    'scout_refresh=; Path=/v1/auth',
    'scout_refresh=old; Max-Age=0',
    'scout_refresh=old; Max-Age=-1',
    'scout_refresh=old; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
  ])('is ended by %s', line => {
    expect(change(line)).toEqual({ kind: 'clear' })
  })

  it('counts Max-Age before Expires', () => {
    const line = 'scout_refresh=new; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60'
    expect(change(line)).toEqual({ kind: 'set', value: 'new' })
  })

  it('takes the last of several', () => {
    expect(change('scout_refresh=one', 'scout_refresh=two')).toEqual({ kind: 'set', value: 'two' })
  })

  it('reads lines that a client has joined by commas, dates included', () => {
    const joined =
      'theme=dark; Expires=Wed, 21 Oct 2026 07:28:00 GMT, scout_refresh=new; Expires=Thu, 22 Oct 2026 07:28:00 GMT; HttpOnly, x=1'
    expect(change(joined)).toEqual({ kind: 'set', value: 'new' })
  })
})
