import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { profileOf, serverOf } from '../../../main/launch-options.ts'
import { openSettings, secureOrigin } from '../../../main/settings.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scout-settings-'))
  path = join(folder, 'settings.json')
})
afterEach(() => rm(folder, { recursive: true }))

describe('the chosen server', () => {
  it('is none at first, and kept once chosen', async () => {
    const settings = await openSettings(path)
    expect(settings.serverOrigin()).toBeNull()
    await settings.chooseServer('https://Scout.example.com/')
    expect(settings.serverOrigin()).toBe('https://scout.example.com')
    expect((await openSettings(path)).serverOrigin()).toBe('https://scout.example.com')
  })

  it('is another for one start when the start says so', async () => {
    await (await openSettings(path)).chooseServer('https://scout.example.com')
    expect((await openSettings(path, 'http://127.0.0.1:4000')).serverOrigin()).toBe('http://127.0.0.1:4000')
    expect((await openSettings(path)).serverOrigin()).toBe('https://scout.example.com')
    await expect(openSettings(path, 'nonsense')).rejects.toMatchObject({ code: 'request_invalid' })
  })

  it('is none when the file was edited into something unsafe', async () => {
    for (const text of [
      '{',
      '{"serverOrigin":"http://example.com"}',
      '{"serverOrigin":"https://x/path"}',
      '[]',
    ]) {
      await writeFile(path, text)
      expect((await openSettings(path)).serverOrigin()).toBeNull()
    }
  })

  it('stays what it was when a choice is refused', async () => {
    const settings = await openSettings(path, 'https://scout.example.com')
    await expect(settings.chooseServer('http://example.com')).rejects.toMatchObject({
      code: 'request_invalid',
    })
    expect(settings.serverOrigin()).toBe('https://scout.example.com')
  })
})

describe('an address', () => {
  it.each([
    'https://scout.example.com',
    'https://scout.example.com:8443',
    'http://127.0.0.1:3000',
    'http://localhost:3000',
  ])('%s is safe to send a password to', address => {
    expect(secureOrigin(address)).toBe(address)
  })

  it.each([
    'http://scout.example.com',
    'http://192.168.1.5:3000',
    'http://127.evil.example.com',
    'http://localhost.evil.example.com',
    'https://user:password@scout.example.com',
    'https://scout.example.com/path',
    'https://scout.example.com/?q',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '',
  ])('%j is not', address => {
    expect(() => secureOrigin(address)).toThrowError(expect.objectContaining({ code: 'request_invalid' }))
  })

  it('comes from the command line before the environment', () => {
    const environment = { SCOUT_SERVER_URL: 'https://b.example.com' }
    expect(serverOf(['electron', '.', '--server=https://a.example.com'], environment)).toBe(
      'https://a.example.com',
    )
    expect(serverOf(['electron'], environment)).toBe('https://b.example.com')
    expect(serverOf(['electron'], {})).toBeUndefined()
  })
})

it('takes the profile of one start from the command line', () => {
  expect(profileOf(['electron', '.', '--profile=/srv/scout'])).toBe('/srv/scout')
  expect(profileOf(['electron', '.', '--profiler=x'])).toBeUndefined()
})
