import { describe, expect, it } from 'vitest'
import { APP_PRIVILEGES, isAppUrl } from '../../../main/origin.ts'
import { mayLoad, mayOpenOutside, maySave, mayUse } from '../../../main/security.ts'

const outside = [
  'https://evil.example.com/',
  'app://other/',
  'app://scout@evil/',
  'app://scout.evil/',
  'app://u@scout/',
  'file:///etc/passwd',
  'about:blank',
  '',
]

describe('the page', () => {
  it('is app://scout and nothing that resembles it', () => {
    expect(isAppUrl('app://scout/index.html#x')).toBe(true)
    for (const address of [...outside, 'app:scout', 'App://SCOUT.evil/', 'blob:app://scout/1'])
      expect(isAppUrl(address)).toBe(false)
  })

  it('cannot be read by other origins, and has no service worker', () => {
    expect(APP_PRIVILEGES).not.toHaveProperty('corsEnabled')
    expect(APP_PRIVILEGES).not.toHaveProperty('bypassCSP')
    expect(APP_PRIVILEGES.allowServiceWorkers).toBe(false)
  })

  it('loads its own origin and what it made itself; of the network nothing', () => {
    for (const address of ['app://scout/v1/me', 'blob:app://scout/1-2', 'data:image/png;base64,AA']) {
      expect(mayLoad(address)).toBe(true)
    }
    for (const address of [...outside, 'ws://127.0.0.1/', 'blob:https://evil.example.com/1', 'ftp://x/']) {
      expect(mayLoad(address)).toBe(false)
    }
  })

  it('is granted lasting storage and no other permission', () => {
    expect(mayUse('persistent-storage', 'app://scout/')).toBe(true)
    expect(mayUse('persistent-storage', 'app://scout/index.html')).toBe(true)
    for (const address of outside) expect(mayUse('persistent-storage', address)).toBe(false)
    for (const name of [
      'geolocation',
      'media',
      'notifications',
      'clipboard-read',
      'hid',
      'usb',
      'serial',
      'fileSystem',
      'openExternal',
      'unknown',
    ]) {
      expect(mayUse(name, 'app://scout/')).toBe(false)
    }
  })

  it('saves what it made itself', () => {
    expect(maySave('blob:app://scout/1-2')).toBe(true)
    for (const address of [
      ...outside,
      'blob:https://evil.example.com/1',
      'app://scout/assets/x.js',
      'data:text/plain,x',
    ]) {
      expect(maySave(address)).toBe(false)
    }
  })

  it('leads outside only to the sources of its data', () => {
    expect(mayOpenOutside('https://psa.gov.ph/classification/psgc')).toBe(true)
    for (const address of [
      ...outside,
      'http://psa.gov.ph/',
      'https://psa.gov.ph.evil.example.com/',
      'https://psa.gov.ph@evil.example.com/',
      'https://user@psa.gov.ph/',
      'https://psa.gov.ph:8443/',
      'mailto:a@psa.gov.ph',
    ]) {
      expect(mayOpenOutside(address)).toBe(false)
    }
  })
})
