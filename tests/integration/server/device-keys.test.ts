import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deviceKeyResponse, KEY_OVERLAP_MS } from '../../../app/contracts/device.ts'
import { withTenant } from '../../../sync-server/database/tenant.ts'
import { forEachEngine } from '../../support/database.ts'
import { batch, newKeys, type TestDevice } from './device.ts'
import { codeOf, openWorld, sale, TENANT, type World } from './world.ts'

describe('the keys of a device', () => {
  forEachEngine(database => {
    let world: World
    beforeAll(async () => {
      world = await openWorld(database())
    }, 60_000)
    afterAll(() => world.close())

    let next = 0
    const someSale = () => batch([{ seq: ++next, content: sale(`key-${next}`) }])
    const audited = async (device: TestDevice) => {
      const { rows } = await withTenant(world.server.pool, TENANT, tx =>
        tx.query('select action from scout.audit where subject = $1 order by at', [device.deviceId]),
      )
      return rows.map(row => row.action)
    }
    const later = async (ms: number, body: () => Promise<void>) => {
      world.clock.offsetMs = ms
      try {
        await body()
      } finally {
        world.clock.offsetMs = 0
      }
    }

    it('follow one another: the old one is taken until the new one is used', async () => {
      const device = await world.device()
      const keys = newKeys()
      const answer = await device.announce(keys)
      expect(answer.status).toBe(200)
      const { overlap_until, server_time } = deviceKeyResponse.parse(await answer.json())
      expect(Date.parse(overlap_until) - Date.parse(server_time)).toBe(KEY_OVERLAP_MS)
      expect((await device.sendBytes(someSale())).status).toBe(200)
      expect((await device.redeem(await device.assertion())).status).toBe(200)
      device.take(keys)
      expect((await device.sendBytes(someSale())).status).toBe(200)
      await device.logIn()
      expect(await audited(device)).toEqual(['device_key_announced', 'device_key_replaced'])
    })

    it('are answered the same again when the answer was lost, before and after the first use', async () => {
      const device = await world.device()
      const keys = newKeys()
      await device.announce(keys)
      expect((await device.announce(keys)).status).toBe(200)
      const late = await device.copy().announce(keys)
      expect(late.status).toBe(200)
      const old = device.copy()
      device.take(keys)
      await device.logIn()
      expect((await old.announce(keys)).status).toBe(200)
      expect((await device.sendBytes(someSale())).status).toBe(200)
    })

    it('let a device that lost the announced key announce another one', async () => {
      const device = await world.device()
      await device.announce(newKeys())
      const found = newKeys()
      expect((await device.announce(found)).status).toBe(200)
      device.take(found)
      await device.logIn()
    })

    it('betray a copy: the old one in use after the new one revokes the device', async () => {
      const device = await world.device()
      const copy = device.copy()
      const keys = newKeys()
      await device.announce(keys)
      device.take(keys)
      await device.logIn()
      expect(await codeOf(await copy.redeem(await copy.assertion()))).toBe('403 device_revoked')
      expect(await codeOf(await device.redeem(await device.assertion()))).toBe('403 device_revoked')
      expect(await codeOf(await device.sendBytes(someSale()))).toBe('403 device_revoked')
      expect((await audited(device)).slice(-2).sort()).toEqual(['device_key_reused', 'device_revoked'])
    })

    it('betray a copy by its batches and by its announcements too', async () => {
      for (const use of [
        (copy: TestDevice) => copy.sendBytes(someSale()),
        (copy: TestDevice) => copy.announce(newKeys()),
      ]) {
        const device = await world.device()
        const copy = device.copy()
        const keys = newKeys()
        await device.announce(keys)
        device.take(keys)
        await device.logIn()
        expect(await codeOf(await use(copy))).toBe('403 device_revoked')
        expect(await audited(device)).toContain('device_key_reused')
      }
    })

    it('accuse nobody of what was signed before and only arrives late', async () => {
      const device = await world.device()
      const old = device.copy()
      const lateAssertion = await old.assertion({ skewS: -30 })
      const lateBatch = batch([{ seq: ++next, content: sale('late') }], {
        sent_at: new Date(Date.now() - 30_000).toISOString(),
      })
      const keys = newKeys()
      await device.announce(keys)
      device.take(keys)
      await device.logIn()
      expect(await codeOf(await old.redeem(lateAssertion))).toBe('401 signature_invalid')
      expect(await codeOf(await old.sendBytes(lateBatch))).toBe('401 signature_invalid')
      expect((await device.sendBytes(someSale())).status).toBe(200)
    })

    it('end with the overlap, also when the new one was never used; the new one then still works', async () => {
      const device = await world.device()
      const keys = newKeys()
      await device.announce(keys)
      await later(KEY_OVERLAP_MS + 1000, async () => {
        const skewS = KEY_OVERLAP_MS / 1000
        const old = await device.assertion({ skewS })
        expect(await codeOf(await device.redeem(old))).toBe('401 signature_invalid')
        device.take(keys)
        expect((await device.redeem(await device.assertion({ skewS }))).status).toBe(200)
      })
    })

    it('are announced only by who holds both, for himself, and never twice', async () => {
      const device = await world.device()
      const keys = newKeys()
      const forged = { signature: device.signature(Buffer.from('something else')) }
      expect(await codeOf(await device.announce(keys, forged))).toBe('401 signature_invalid')
      expect(await codeOf(await device.announce(keys, { new_signature: forged.signature }))).toBe(
        '401 signature_invalid',
      )
      const other = await world.device()
      const stranger = device.copy()
      stranger.deviceId = other.deviceId
      expect(await codeOf(await stranger.announce(keys))).toBe('401 signature_invalid')
      await device.announce(keys)
      expect(await codeOf(await other.announce(keys))).toBe('409 conflict')
      const first = device.copy()
      device.take(keys)
      await device.logIn()
      const third = newKeys()
      await device.announce(third)
      device.take(third)
      await device.logIn()
      expect(await codeOf(await first.announce(keys))).toBe('409 conflict')
    })

    it('refuse an assertion that comes twice, and write it down', async () => {
      const device = await world.device()
      const assertion = await device.assertion()
      expect((await device.redeem(assertion)).status).toBe(200)
      expect(await codeOf(await device.redeem(assertion))).toBe('401 token_invalid')
      expect(await audited(device)).toEqual(['assertion_replayed'])
      expect((await device.redeem(await device.assertion())).status).toBe(200)
    })
  })
})
