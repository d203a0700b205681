import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claimRequest } from '../../../app/contracts/device.ts'
import { CSRF_HEADER, PATHS, profile, REFRESH_COOKIE, session } from '../../../app/contracts/http.ts'
import { withTenant } from '../../../sync-server/database/tenant.ts'
import { createClaim } from '../../../sync-server/devices/claims.ts'
import { forEachEngine } from '../../support/database.ts'
import { post, TestDevice } from './device.ts'
import { codeOf, emailOf, openWorld, PASSWORD, TENANT, type World } from './world.ts'

forEachEngine(database => {
  let world: World
  beforeAll(async () => {
    world = await openWorld(database())
  })
  afterAll(() => world?.close())

  const FROM_APP = { [CSRF_HEADER]: '1' }
  const logIn = (body: unknown, headers: Record<string, string> = FROM_APP) =>
    post(world.url, PATHS.login, body, headers)
  const right = { email: emailOf('analyst'), password: PASSWORD }

  const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const refresh = (cookie: string) => post(world.url, PATHS.refresh, {}, { ...FROM_APP, cookie })

  describe('log-in', () => {
    it('gives a profile, a short access token and an HttpOnly cookie', async () => {
      const response = await logIn(right)
      const { access_token, profile: who } = session.parse(await response.json())
      const [cookie] = response.headers.getSetCookie()
      expect(cookie).toContain(`${REFRESH_COOKIE}=`)
      expect(cookie).toMatch(/HttpOnly/)
      expect(cookie).toMatch(/SameSite=Strict/)
      expect(cookie).toMatch(/Path=\/v1\/auth/)
      expect(who).toMatchObject({ role: 'analyst', tenant_id: TENANT, regions: null })
      const me = await fetch(new URL(PATHS.me, world.url), {
        headers: { authorization: `Bearer ${access_token}` },
      })
      expect(profile.parse(await me.json()).email).toBe(right.email)
    })

    it('says the same of a wrong password and of an unknown person', async () => {
      expect(await codeOf(await logIn({ ...right, password: 'wrong' }))).toBe('401 credentials_invalid')
      expect(await codeOf(await logIn({ ...right, email: 'nobody@tindahan.example' }))).toBe(
        '401 credentials_invalid',
      )
    })

    it('names the field that is wrong', async () => {
      const response = await logIn({ email: 'not an address', password: 'x' })
      expect(await response.json()).toMatchObject({
        code: 'request_invalid',
        details: { fields: [{ field: 'email' }] },
      })
    })

    it.each([
      ['without the header of the application', {}],
      ['from another site', { ...FROM_APP, 'sec-fetch-site': 'cross-site' }],
      ['from a sibling site', { ...FROM_APP, 'sec-fetch-site': 'same-site' }],
      ['with the origin of another host', { ...FROM_APP, origin: 'https://evil.example' }],
      ['with no readable origin', { ...FROM_APP, origin: 'null' }],
    ])('is refused %s', async (_how, headers) => {
      expect(await codeOf(await logIn(right, headers))).toBe('403 csrf_refused')
    })

    it('is taken from its own origin', async () => {
      const response = await logIn(right, { ...FROM_APP, 'sec-fetch-site': 'same-origin', origin: world.url })
      expect(response.status).toBe(200)
    })
  })

  describe('refresh', () => {
    it('exchanges the token for another one', async () => {
      const first = cookieOf(await logIn(right))
      const response = await refresh(first)
      expect(response.status).toBe(200)
      expect(cookieOf(response)).not.toBe(first)
      expect((await refresh(cookieOf(response))).status).toBe(200)
    })

    it('lets two tabs race for the same exchange', async () => {
      const cookie = cookieOf(await logIn(right))
      const both = await Promise.all([refresh(cookie), refresh(cookie)])
      expect(both.map(({ status }) => status)).toEqual([200, 200])
    })

    it('ends the whole family when a used token comes again', async () => {
      const stolen = cookieOf(await logIn(right))
      const next = cookieOf(await refresh(stolen))
      world.clock.offsetMs = 60_000
      try {
        expect(await codeOf(await refresh(stolen))).toBe('401 session_revoked')
        expect(await codeOf(await refresh(next))).toBe('401 session_revoked')
      } finally {
        world.clock.offsetMs = 0
      }
    })

    it('knows no token after log-out, and none that it never gave', async () => {
      const cookie = cookieOf(await logIn(right))
      const response = await post(world.url, PATHS.logout, {}, { ...FROM_APP, cookie })
      expect(response.status).toBe(204)
      expect(await codeOf(await refresh(cookie))).toBe('401 session_revoked')
      expect(await codeOf(await refresh(`${REFRESH_COOKIE}=made-up`))).toBe('401 token_missing')
      expect(await codeOf(await refresh(''))).toBe('401 token_missing')
    })
  })

  describe('access', () => {
    it('needs a token, a valid one and one in time', async () => {
      const ask = (headers: Record<string, string>) => fetch(new URL(PATHS.me, world.url), { headers })
      expect(await codeOf(await ask({}))).toBe('401 token_missing')
      expect(await codeOf(await ask({ authorization: 'Bearer a.b.c' }))).toBe('401 token_invalid')
      const { access_token } = await world.logIn(right.email)
      world.clock.offsetMs = 16 * 60_000
      try {
        expect(await codeOf(await ask({ authorization: `Bearer ${access_token}` }))).toBe('401 token_expired')
      } finally {
        world.clock.offsetMs = 0
      }
    })

    it('keeps claims to administrators and people out of ingestion', async () => {
      const { access_token } = await world.logIn(emailOf('manager'))
      const bearer = { authorization: `Bearer ${access_token}` }
      expect(await codeOf(await post(world.url, PATHS.claims, { label: 'x' }, bearer))).toBe('403 forbidden')
      const batch = { ...bearer, 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' }
      const response = await fetch(new URL(PATHS.batches, world.url), {
        method: 'POST',
        headers: batch,
        body: 'x',
      })
      expect(await codeOf(response)).toBe('403 forbidden')
    })
  })

  describe('enrolment', () => {
    async function claim(): Promise<string> {
      const { access_token } = await world.logIn(emailOf('admin'))
      const response = await post(
        world.url,
        PATHS.claims,
        { label: 'x' },
        { authorization: `Bearer ${access_token}` },
      )
      expect(response.status).toBe(201)
      return (await response.json()).claim_code
    }

    it('takes a device in once, and tells the same key the same again', async () => {
      const code = await claim()
      const device = new TestDevice(world.url)
      const first = await device.enrolled(code)
      expect(first).toMatchObject({ tenant_id: TENANT, boot_epoch_floor: 1 })
      expect(await device.enrolled(code)).toMatchObject({ device_id: first.device_id, boot_epoch_floor: 1 })
      expect(await codeOf(await new TestDevice(world.url).enrol(code))).toBe('409 claim_used')
    })

    it('reads a code as a person typed it', async () => {
      const code = (await claim())
        .toLowerCase()
        .replaceAll('-', ' ')
        .replaceAll('0', 'o')
        .replaceAll('1', 'l')
      expect((await new TestDevice(world.url).enrol(code)).status).toBe(200)
    })

    it('refuses text and days that no database can hold, and says where they stand', async () => {
      const { access_token } = await world.logIn(emailOf('admin'))
      const ask = (body: object) =>
        post(world.url, PATHS.claims, body, { authorization: `Bearer ${access_token}` })
      const fields = async (response: Response) => {
        expect(response.status).toBe(400)
        return (await response.json()).details.fields.map(({ field }: { field: string }) => field)
      }
      expect(await fields(await ask({ label: 'a\u0000' }))).toEqual(['label'])
      expect(await fields(await ask({ label: 'a', store_ids: ['S1', '\ud800'] }))).toEqual(['store_ids.1'])
      expect(await fields(await ask({ label: 'a', backfill_from: '0000-01-01' }))).toEqual(['backfill_from'])
    })

    it('refuses an unknown claim, an expired one and a key that is not held', async () => {
      expect(await codeOf(await new TestDevice(world.url).enrol('ABCD-ABCD-ABCD-ABCD'))).toBe(
        '401 claim_unknown',
      )
      const yesterday = new Date(Date.now() - 86_400_000)
      const request = claimRequest.parse({ label: 'old', expires_in_hours: 1 })
      const old = await createClaim(world.server.pool, TENANT, request, null, yesterday)
      expect(await codeOf(await new TestDevice(world.url).enrol(old.claim_code))).toBe('401 claim_expired')
      const code = await claim()
      const forged = new TestDevice(world.url).signature(Buffer.from('something else'))
      const response = await new TestDevice(world.url).enrol(code, { signature: forged })
      expect(await codeOf(response)).toBe('401 signature_invalid')
      expect((await new TestDevice(world.url).enrol(code)).status).toBe(200)
    })

    it('gives a known key its device again, above every boot epoch that it used', async () => {
      const keys = generateKeyPairSync('ed25519')
      const first = await new TestDevice(world.url, keys).enrolled(await claim())
      const again = await new TestDevice(world.url, keys).enrolled(await claim())
      expect(again).toMatchObject({ device_id: first.device_id, boot_epoch_floor: 2 })
    })
  })

  it('writes down who logged in, who made a claim and which device used it, and no secret', async () => {
    const admin = await world.logIn(emailOf('admin'))
    const bearer = { authorization: `Bearer ${admin.access_token}` }
    const claim = await post(world.url, PATHS.claims, { label: 'audited' }, bearer)
    const { claim_code } = await claim.json()
    const { device_id } = await new TestDevice(world.url).enrolled(claim_code)
    const { rows } = await withTenant(world.server.pool, TENANT, tx =>
      tx.query(
        `select actor_kind, actor_id, action, details from scout.audit
         where actor_id in ($1, $2)`,
        [device_id, admin.profile.user_id],
      ),
    )
    const entries = rows.map(row => [row.actor_kind, row.actor_id, row.action])
    expect(entries).toEqual(
      expect.arrayContaining([
        ['device', device_id, 'device_enrolled'],
        ['user', admin.profile.user_id, 'claim_made'],
        ['user', admin.profile.user_id, 'logged_in'],
      ]),
    )
    expect(JSON.stringify(rows)).not.toContain(claim_code)
  })

  describe('device tokens', () => {
    const redeem = (assertion: string) => post(world.url, PATHS.deviceToken, { assertion })

    it('come for an assertion, once', async () => {
      const device = await world.device()
      const assertion = await device.assertion()
      expect((await redeem(assertion)).status).toBe(200)
      expect(await codeOf(await redeem(assertion))).toBe('401 token_invalid')
    })

    it('do not come for a foreign key, a long life or a clock that is off', async () => {
      const device = await world.device()
      const { privateKey: key } = generateKeyPairSync('ed25519')
      expect(await codeOf(await redeem(await device.assertion({ key })))).toBe('401 signature_invalid')
      expect(await codeOf(await redeem(await device.assertion({ lifetimeS: 3600 })))).toBe(
        '401 token_invalid',
      )
      const response = await redeem(await device.assertion({ skewS: -7200 }))
      expect(response.headers.get('date')).not.toBeNull()
      expect(await response.json()).toMatchObject({
        code: 'token_invalid',
        details: { server_time: expect.any(String) },
      })
      expect(await codeOf(await redeem('no jwt'))).toBe('401 token_invalid')
    })

    it('do not come for a name that no database can hold', async () => {
      const nobody = new TestDevice(world.url)
      nobody.deviceId = 'dev_\u0000'
      expect(await codeOf(await redeem(await nobody.assertion()))).toBe('401 device_unknown')
      const device = await world.device()
      expect((await redeem(await device.assertion({ jti: 'once-only\u0000' }))).status).toBe(200)
    })

    it('do not come for a device that is unknown or suspended', async () => {
      const stranger = new TestDevice(world.url)
      stranger.deviceId = 'dev_nobody'
      expect(await codeOf(await redeem(await stranger.assertion()))).toBe('401 device_unknown')
      const device = await world.device()
      await world.server.pool.query("update scout.device set status = 'suspended' where device_id = $1", [
        device.deviceId,
      ])
      expect(await codeOf(await redeem(await device.assertion()))).toBe('403 device_suspended')
    })
  })
})
