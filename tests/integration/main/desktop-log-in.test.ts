import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CSRF_HEADER, PATHS, profile, session } from '../../../app/contracts/http.ts'
import { forwarder } from '../../../main/forward/forwarder.ts'
import { appProtocol } from '../../../main/protocol.ts'
import { openTokenJar, type TokenJar } from '../../../main/secrets.ts'
import { forEachEngine } from '../../support/database.ts'
import { aesCipher } from '../../unit/main/aes-cipher.ts'
import { emailOf, openWorld, PASSWORD, type World } from '../server/world.ts'

/** The page's way to the server through main: the same requests as in a browser, with main as the jar. */
forEachEngine(database => {
  let world: World
  let folder: string
  let tokens: TokenJar
  let ask: (path: string, init?: RequestInit) => Promise<Response>

  beforeAll(async () => {
    world = await openWorld(database())
    folder = await mkdtemp(join(tmpdir(), 'scout-desktop-'))
    tokens = await openTokenJar(join(folder, 'tokens.json'), aesCipher(), fail)
    const answer = appProtocol({
      files: async () => new Response(null, { status: 404 }),
      server: forwarder({ fetch, serverOrigin: () => new URL(world.url).origin, tokens }),
      onError: fail,
    })
    ask = (path, init) => answer(new Request(`app://scout${path}`, init))
  })
  afterAll(async () => {
    await world?.close()
    if (folder !== undefined) await rm(folder, { recursive: true })
  })

  const fail = (error: unknown) => {
    throw error
  }
  const post = (path: string, body: unknown = {}) =>
    ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [CSRF_HEADER]: '1', origin: 'app://scout' },
      body: JSON.stringify(body),
    })
  const held = async () => (await tokens.get(new URL(world.url).origin)) ?? ''
  const digest = async () =>
    createHash('sha256')
      .update(await held())
      .digest('hex')

  it('logs in, rotates the session by each refresh and ends it, with no token in the page', async () => {
    const login = await post(PATHS.login, { email: emailOf('analyst'), password: PASSWORD })
    expect(login.headers.getSetCookie()).toEqual([])
    const text = await login.text()
    const { access_token } = session.parse(JSON.parse(text))
    expect(await held()).not.toBe('')
    expect(text).not.toContain(await held())

    const me = await ask(PATHS.me, { headers: { authorization: `Bearer ${access_token}` } })
    expect(profile.parse(await me.json()).email).toBe(emailOf('analyst'))

    const before = await digest()
    expect((await post(PATHS.refresh)).status).toBe(200)
    expect(await digest()).not.toBe(before)
    expect((await post(PATHS.refresh)).status).toBe(200)

    expect((await post(PATHS.logout)).ok).toBe(true)
    expect(await held()).toBe('')
    expect((await post(PATHS.refresh)).status).toBe(401)
  })

  it('cannot log in without the header that the application sends', async () => {
    const answer = await ask(PATHS.login, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    })
    expect(await answer.json()).toMatchObject({ code: 'csrf_refused' })
  })
})
