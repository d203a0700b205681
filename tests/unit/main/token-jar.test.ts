import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTokenJar } from '../../../main/secrets.ts'
import { aesCipher, noCipher } from './aes-cipher.ts'

const server = 'https://scout.example.com'
let folder: string
let path: string
let errors: unknown[]
const onError = (error: unknown) => errors.push(error)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scout-jar-'))
  path = join(folder, 'profile', 'tokens.json')
  errors = []
})
afterEach(() => rm(folder, { recursive: true }))

describe('the token jar', () => {
  it('is empty at first and keeps a token over a restart, encrypted', async () => {
    const cipher = aesCipher()
    const jar = await openTokenJar(path, cipher, onError)
    expect([jar.storage, await jar.get(server)]).toEqual(['encrypted', null])
    await jar.put(server, 'token-1')
    expect(await readFile(path, 'utf8')).not.toContain('token-1')
    expect((await stat(path)).mode & 0o077).toBe(0)
    expect(await (await openTokenJar(path, cipher, onError)).get(server)).toBe('token-1')
    expect(errors).toEqual([])
  })

  it('keeps the newest of tokens that rotate at once, and leaves no half-written file', async () => {
    const cipher = aesCipher()
    const jar = await openTokenJar(path, cipher, onError)
    await Promise.all(Array.from({ length: 20 }, (_, n) => jar.put(server, `token-${n}`)))
    expect(await (await openTokenJar(path, cipher, onError)).get(server)).toBe('token-19')
    expect(await readdir(join(folder, 'profile'))).toEqual(['tokens.json'])
  })

  it('gives a server its own token only', async () => {
    const jar = await openTokenJar(path, aesCipher(), onError)
    await jar.put(server, 'token-1')
    expect(await jar.get('https://evil.example.com')).toBeNull()
    expect(await jar.get('http://scout.example.com')).toBeNull()
  })

  it('forgets what was removed, on the disk too', async () => {
    const cipher = aesCipher()
    const jar = await openTokenJar(path, cipher, onError)
    await jar.put(server, 'token-1')
    await jar.remove(server)
    expect(await jar.get(server)).toBeNull()
    expect(await (await openTokenJar(path, cipher, onError)).get(server)).toBeNull()
  })

  it('passes over a file of another key, and says so', async () => {
    await (await openTokenJar(path, aesCipher(), onError)).put(server, 'token-1')
    const jar = await openTokenJar(path, aesCipher(), onError)
    expect(await jar.get(server)).toBeNull()
    expect(errors).toHaveLength(1)
  })

  it('begins anew over a file that is no jar', async () => {
    const cipher = aesCipher()
    await (await openTokenJar(path, cipher, onError)).put(server, 'token-1')
    await writeFile(path, '{"version":1,"tok')
    expect(await (await openTokenJar(path, cipher, onError)).get(server)).toBeNull()
  })

  it('writes nothing where the system offers no encryption, and says so', async () => {
    const jar = await openTokenJar(path, noCipher, onError)
    await jar.put(server, 'token-1')
    expect([jar.storage, await jar.get(server), existsSync(path)]).toEqual(['memory', 'token-1', false])
    expect(await (await openTokenJar(path, noCipher, onError)).get(server)).toBeNull()
  })

  it('holds a token for this run when it cannot be written', async () => {
    await writeFile(join(folder, 'profile'), 'a file stands where the folder should be')
    const jar = await openTokenJar(
      join(folder, 'tokens.json'),
      { ...noCipher, available: async () => true },
      onError,
    )
    await jar.put(server, 'token-1')
    expect(await jar.get(server)).toBe('token-1')
    expect(errors).toHaveLength(1)
  })
})
