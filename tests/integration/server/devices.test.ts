import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { deviceSummary } from '../../../app/contracts/device.ts'
import { PATHS, type Session } from '../../../app/contracts/http.ts'
import { withTenant } from '../../../sync-server/database/tenant.ts'
import { createClaim } from '../../../sync-server/devices/claims.ts'
import { findDevice } from '../../../sync-server/devices/device-administration.ts'
import { forEachEngine } from '../../support/database.ts'
import { batch } from './device.ts'
import { codeOf, emailOf, OTHER_TENANT, openWorld, sale, TENANT, type World } from './world.ts'

describe('administering devices', () => {
  forEachEngine(database => {
    let world: World
    let admin: Session
    beforeAll(async () => {
      world = await openWorld(database())
      admin = await world.logIn(emailOf('admin'))
    }, 60_000)
    afterAll(() => world.close())

    const patch = (deviceId: string, change: unknown, who: Session = admin) =>
      fetch(new URL(PATHS.device(deviceId), world.url), {
        method: 'PATCH',
        headers: { authorization: `Bearer ${who.access_token}`, 'content-type': 'application/json' },
        body: JSON.stringify(change),
      })
    const summaryOf = async (deviceId: string) => {
      const all = z.array(deviceSummary).parse(await (await world.get(PATHS.devices, admin)).json())
      return all.find(device => device.device_id === deviceId)
    }

    it('shows what a device last said of itself', async () => {
      const device = await world.device()
      expect(await summaryOf(device.deviceId)).toMatchObject({
        status: 'active',
        last_contact_at: null,
        backlog: null,
        dropped_sales: 0,
        dropped_since: null,
      })
      const header = {
        backlog: 41,
        clock_offset_ms: -7_200_000,
        agent_version: '9.8.7',
        outbox_bytes: 5_000_000_000,
        outbox_max_bytes: 6_000_000_000,
        drops: { sales: 12, since: '2026-05-01T00:00:00.000Z' },
      }
      expect((await device.sendBytes(batch([{ seq: 1, content: sale('said-1') }], header))).status).toBe(200)
      const { drops, ...same } = header
      expect(await summaryOf(device.deviceId)).toMatchObject({
        ...same,
        dropped_sales: drops.sales,
        dropped_since: drops.since,
        last_contact_at: expect.any(String),
        key_since: expect.any(String),
      })
    })

    it('takes a batch whose drops began in a year that no database holds', async () => {
      const device = await world.device()
      const header = { drops: { sales: 1, since: '0000-01-01T00:00:00Z' } }
      expect((await device.sendBytes(batch([{ seq: 1, content: sale('said-2') }], header))).status).toBe(200)
      expect(await summaryOf(device.deviceId)).toMatchObject({ dropped_sales: 1, dropped_since: null })
    })

    it('keeps the device time, the receive time and the offset that was valid when a sale was recorded', async () => {
      const device = await world.device()
      const line = {
        ...sale('offset'),
        recorded_at: '1970-01-01T00:05:00.000Z',
        clock_offset_ms: -1_790_000_000_000,
      }
      await device.sendBytes(batch([{ seq: 1, content: JSON.stringify(line) }]))
      const { rows } = await withTenant(world.server.pool, TENANT, tx =>
        tx.query(
          `select recorded_at, recorded_offset_ms, received_at from scout.bronze_events
           where tenant_id = $1 and device_id = $2`,
          [TENANT, device.deviceId],
        ),
      )
      expect(rows).toEqual([
        {
          recorded_at: new Date('1970-01-01T00:05:00Z'),
          recorded_offset_ms: -1_790_000_000_000,
          received_at: expect.any(Date),
        },
      ])
    })

    it('renames, suspends and resumes, and each is written down with who did it', async () => {
      const device = await world.device()
      expect(await (await patch(device.deviceId, { name: '  Kanto ' })).json()).toMatchObject({
        name: 'Kanto',
      })
      expect((await patch(device.deviceId, { status: 'suspended' })).status).toBe(200)
      expect(await codeOf(await device.sendBytes(batch([{ seq: 1, content: sale('held') }])))).toBe(
        '403 device_suspended',
      )
      expect(await codeOf(await device.redeem(await device.assertion()))).toBe('403 device_suspended')
      expect((await patch(device.deviceId, { status: 'suspended' })).status).toBe(200)
      expect((await patch(device.deviceId, { status: 'active' })).status).toBe(200)
      expect((await device.sendBytes(batch([{ seq: 1, content: sale('held') }]))).status).toBe(200)
      const { rows } = await withTenant(world.server.pool, TENANT, tx =>
        tx.query('select action, actor_id, details from scout.audit where subject = $1 order by at', [
          device.deviceId,
        ]),
      )
      const by = admin.profile.user_id
      expect(rows).toEqual([
        { action: 'device_renamed', actor_id: by, details: { from: 'test device', to: 'Kanto' } },
        { action: 'device_suspended', actor_id: by, details: {} },
        { action: 'device_resumed', actor_id: by, details: {} },
      ])
    })

    it('revokes for good: no token, no batch, no way back but a new key', async () => {
      const device = await world.device()
      expect(await (await patch(device.deviceId, { status: 'revoked' })).json()).toMatchObject({
        status: 'revoked',
      })
      expect(await codeOf(await device.redeem(await device.assertion()))).toBe('403 device_revoked')
      expect(await codeOf(await device.sendBytes(batch([{ seq: 1, content: sale('gone') }])))).toBe(
        '403 device_revoked',
      )
      expect(await codeOf(await patch(device.deviceId, { status: 'active' }))).toBe('409 conflict')
      const request = { label: 'again', store_ids: null, expires_in_hours: 1, backfill_from: null }
      const { claim_code } = await createClaim(world.server.pool, TENANT, request, null, new Date())
      expect(await codeOf(await device.enrol(claim_code))).toBe('401 signature_invalid')
    })

    it('refuses a change of nothing, of an unknown device, of another tenant, and by who is no administrator', async () => {
      const device = await world.device()
      expect(await codeOf(await patch(device.deviceId, {}))).toBe('400 request_invalid')
      expect(await codeOf(await patch('dev_nobody', { name: 'x' }))).toBe('404 not_found')
      const stranger = await world.logIn(emailOf('admin', OTHER_TENANT))
      expect(await codeOf(await patch(device.deviceId, { status: 'revoked' }, stranger))).toBe(
        '404 not_found',
      )
      const manager = await world.logIn(emailOf('manager'))
      expect(await codeOf(await patch(device.deviceId, { name: 'x' }, manager))).toBe('403 forbidden')
    })

    it('finds a device by its id or its name, and asks which one when several share it', async () => {
      const { pool } = world.server
      const device = await world.device()
      await patch(device.deviceId, { name: 'only one' })
      expect(await findDevice(pool, TENANT, 'only one')).toBe(device.deviceId)
      expect(await findDevice(pool, TENANT, device.deviceId)).toBe(device.deviceId)
      const twin = await world.device()
      await patch(twin.deviceId, { name: 'only one' })
      await expect(findDevice(pool, TENANT, 'only one')).rejects.toMatchObject({ code: 'conflict' })
      await expect(findDevice(pool, TENANT, 'nobody')).rejects.toMatchObject({ code: 'not_found' })
    })
  })
})
