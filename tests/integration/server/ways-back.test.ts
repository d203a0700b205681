import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PATHS, type Session } from '../../../app/contracts/http.ts'
import type { DeadLetter, HeldSale, SaleVersion } from '../../../app/contracts/ways-back.ts'
import { importCatalogue } from '../../../sync-server/catalogue/import-catalogue.ts'
import { withTenant } from '../../../sync-server/database/tenant.ts'
import { forEachEngine } from '../../support/database.ts'
import type { TestDevice } from './device.ts'
import { DIRTY_SALES } from './dirty-sales.ts'
import { codeOf, emailOf, openWorld, sale, TENANT, type World } from './world.ts'

forEachEngine(database => {
  let world: World
  let admin: Session
  let device: TestDevice
  let number = 0
  const fresh = () => `W${++number}`

  beforeAll(async () => {
    world = await openWorld(database())
    admin = await world.logIn(emailOf('admin'))
    device = await world.device()
  })
  afterAll(() => world?.close())

  const rows = async (text: string, values: unknown[] = []) =>
    (await withTenant(world.server.pool, TENANT, tx => tx.query(text, values))).rows
  const post = (path: string, body: unknown, who = admin) =>
    fetch(new URL(path, world.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${who.access_token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const get = async (path: string) => (await world.get(path, admin)).json()
  const touched = async () =>
    (await rows('select distinct day from scout.medallion_touched_day order by day')).map(row => row.day)

  describe('a dead letter', () => {
    const line = (id: string, contract = 'pos.v1') =>
      JSON.stringify({ ...sale(id), contract, recorded_at: new Date().toISOString() })
    const letterOf = async (seq: number) => {
      const all: DeadLetter[] = await get(`${PATHS.deadLetters}?settled=true&limit=1000`)
      const found = all.find(one => one.device_id === device.deviceId && one.seq === seq)
      if (found === undefined) throw new Error(`no dead letter of seq ${seq}`)
      return found
    }
    let seq = 0

    it('is listed with its reason, and shown with its line; who looked is in the audit', async () => {
      const content = line(fresh(), 'pos.v9')
      await device.send([{ seq: ++seq, content }])
      const letter = await letterOf(seq)
      expect(letter).toMatchObject({ code: 'contract_unknown', settled_as: null, tries: 0 })
      const opened = await post(PATHS.deadLetterShow, { dead_letter_id: letter.dead_letter_id })
      expect(await opened.json()).toMatchObject({ line: content })
      const audit = await rows(`select subject from scout.audit where action = 'dead_letter_read'`)
      expect(audit).toContainEqual({ subject: letter.dead_letter_id })
    })

    it('is refused again while nothing has changed, and says how often', async () => {
      await device.send([{ seq: ++seq, content: line(fresh(), 'pos.v9') }])
      const { dead_letter_id } = await letterOf(seq)
      const body = { dead_letter_ids: [dead_letter_id] }
      expect(await (await post(PATHS.deadLetterReplay, body)).json()).toMatchObject([{ outcome: 'refused' }])
      expect(await letterOf(seq)).toMatchObject({ settled_as: null, tries: 1, code: 'contract_unknown' })
    })

    it('is stored under its own event key when its line is put right, once however often it is replayed', async () => {
      const id = fresh()
      await device.send([{ seq: ++seq, content: line(id, 'pos.v9') }])
      const { dead_letter_id } = await letterOf(seq)
      const body = { dead_letter_ids: [dead_letter_id], line: line(id) }
      expect(await (await post(PATHS.deadLetterReplay, body)).json()).toEqual([
        { dead_letter_id, outcome: 'stored', message: 'accepted' },
      ])
      expect(await (await post(PATHS.deadLetterReplay, body)).json()).toEqual([
        { dead_letter_id, outcome: 'stored', message: 'accepted' },
      ])
      expect(
        await rows('select device_id, boot_epoch, seq from scout.bronze_events where transaction_id = $1', [
          id,
        ]),
      ).toEqual([{ device_id: device.deviceId, boot_epoch: 1, seq }])
      expect(await letterOf(seq)).toMatchObject({ settled_as: 'stored', settled_note: 'accepted' })
      const open: DeadLetter[] = await get(PATHS.deadLetters)
      expect(open.map(one => one.dead_letter_id)).not.toContain(dead_letter_id)
    })

    it('is a duplicate when the device has sent the sale in the meantime', async () => {
      const id = fresh()
      await device.send([{ seq: ++seq, content: line(id, 'pos.v9') }])
      const { dead_letter_id } = await letterOf(seq)
      await device.send([{ seq: ++seq, content: sale(id) }])
      const answer = await post(PATHS.deadLetterReplay, { dead_letter_ids: [dead_letter_id], line: line(id) })
      expect(await answer.json()).toMatchObject([{ outcome: 'stored', message: 'duplicate' }])
      expect(await rows('select 1 from scout.bronze_events where transaction_id = $1', [id])).toHaveLength(1)
    })

    it('is judged as of when it came: waiting here does not make it late', async () => {
      const id = fresh()
      await device.send([{ seq: ++seq, content: line(id, 'pos.v9') }])
      const { dead_letter_id } = await letterOf(seq)
      world.clock.offsetMs = 100 * 86_400_000
      try {
        const late = await world.logIn(emailOf('admin'))
        const body = { dead_letter_ids: [dead_letter_id], line: line(id) }
        expect(await (await post(PATHS.deadLetterReplay, body, late)).json()).toMatchObject([
          { message: 'accepted' },
        ])
      } finally {
        world.clock.offsetMs = 0
      }
    })

    it('can be given up with a reason, and is not replayed after that', async () => {
      await device.send([{ seq: ++seq, content: 'no sale at all' }])
      const { dead_letter_id } = await letterOf(seq)
      const ids = { dead_letter_ids: [dead_letter_id] }
      expect(await codeOf(await post(PATHS.deadLetterDiscard, ids))).toBe('400 request_invalid')
      const given = await post(PATHS.deadLetterDiscard, { ...ids, reason: 'a test line of the till' })
      expect(await given.json()).toEqual({ discarded: 1 })
      expect(await (await post(PATHS.deadLetterReplay, ids)).json()).toMatchObject([{ outcome: 'discarded' }])
    })

    it('that nobody knows is not found, and no analyst sees any', async () => {
      expect(await codeOf(await post(PATHS.deadLetterReplay, { dead_letter_ids: ['x'] }))).toBe(
        '404 not_found',
      )
      const analyst = await world.logIn(emailOf('analyst'))
      expect(await codeOf(await world.get(PATHS.deadLetters, analyst))).toBe('403 forbidden')
    })
  })

  describe('a held sale', () => {
    let source: TestDevice
    let seq = 0
    beforeAll(async () => {
      source = await world.device()
    })
    const hold = async (content: ReturnType<typeof sale>) => {
      await source.send([{ seq: ++seq, content }])
      return `${source.deviceId}/1/${seq}`
    }
    const heldIds = async () => {
      const all: HeldSale[] = await get(`${PATHS.quarantine}?limit=1000`)
      return all.map(held => held.event_id)
    }
    const release = async (event_id: string, force_reason?: string) =>
      (await post(PATHS.quarantineRelease, { event_ids: [event_id], force_reason })).json()
    const heard = (id: string) => {
      const dirty = DIRTY_SALES.gate_confidence
      return { ...dirty, sale: { ...(dirty.sale as object), transaction_id: id } }
    }

    it('stays behind its gate, and is let through by force with a reason that the audit keeps', async () => {
      const event = await hold(heard(fresh()))
      expect(await heldIds()).toContain(event)
      expect(await release(event)).toEqual([{ event_id: event, reasons: ['gate_confidence'] }])
      await rows('delete from scout.medallion_touched_day')
      expect(await release(event, 'listened to it myself')).toEqual([{ event_id: event, reasons: [] }])
      expect(await heldIds()).not.toContain(event)
      expect(await touched()).toHaveLength(1)
      const audit = await rows(
        `select details from scout.audit where action = 'quarantine_released' and subject = $1`,
        [event],
      )
      expect(audit).toEqual([
        {
          details: {
            lifted: ['gate_confidence'],
            forced: ['gate_confidence'],
            reason: 'listened to it myself',
          },
        },
      ])
    })

    it('of a store that nobody knows is not freed by force: it has no place', async () => {
      const event = await hold(sale(fresh(), { store_id: 'S-nowhere' }))
      expect(await release(event, 'I know it')).toEqual([{ event_id: event, reasons: ['unknown_store'] }])
    })

    it('is freed by judging again once its device may report the store', async () => {
      const narrow = await world.device({ stores: ['S2'] })
      await narrow.send([{ seq: 1, content: sale(fresh()) }])
      const event = `${narrow.deviceId}/1/1`
      await rows(`update scout.device set store_ids = '{S1,S2}' where device_id = $1 returning 1`, [
        narrow.deviceId,
      ])
      expect(await release(event)).toEqual([{ event_id: event, reasons: [] }])
    })

    it('is judged again when it is sent again', async () => {
      const content = sale(fresh(), { sold_at: new Date(Date.now() + 12 * 60_000).toISOString() })
      const event = await hold(content)
      expect(await heldIds()).toContain(event)
      expect((await source.send([{ seq, content }])).outcomes).toEqual([{ seq, outcome: 'duplicate' }])
      expect(await heldIds()).toContain(event)
      await rows('delete from scout.medallion_touched_day')
      world.clock.offsetMs = 5 * 60_000
      try {
        expect((await source.send([{ seq, content }])).outcomes).toEqual([{ seq, outcome: 'accepted' }])
        expect(await heldIds()).not.toContain(event)
        expect(await touched()).toHaveLength(1)
        expect((await source.send([{ seq, content }])).outcomes).toEqual([{ seq, outcome: 'duplicate' }])
      } finally {
        world.clock.offsetMs = 0
      }
    })

    it('is shown with its sale', async () => {
      const id = fresh()
      const event = await hold(sale(id, { store_id: 'S-nowhere' }))
      const shown = await (await post(PATHS.quarantineShow, { event_id: event })).json()
      expect(shown).toMatchObject({ transaction_id: id, sale: { transaction_id: id } })
      expect(await codeOf(await post(PATHS.quarantineShow, { event_id: 'nobody/1/1' }))).toBe('404 not_found')
    })
  })

  describe('the versions of a sale', () => {
    it('are all shown, with the one that stands and why', async () => {
      const id = fresh()
      const source = await world.device()
      const revised = new Date().toISOString()
      await source.send([
        { seq: 1, content: sale(id) },
        { seq: 2, content: sale(id, { total: 30, revised_at: revised }) },
        { seq: 3, content: sale(id, { total: 40, sold_at: '2020-01-01T00:00:00Z' }) },
      ])
      const versions: SaleVersion[] = await get(PATHS.sale('S1', id))
      expect(versions).toHaveLength(3)
      const why = Object.fromEntries(versions.map(version => [version.event_id.split('/')[2], version.why]))
      expect(why).toEqual({
        1: 'a later version stands',
        2: 'stands: the latest, by when it was revised',
        3: 'held back: clock_past',
      })
      expect(versions.find(({ stands }) => stands)?.sale).toMatchObject({ total: 30 })
      expect(await codeOf(await world.get(PATHS.sale('S1', 'nothing'), admin))).toBe('404 not_found')
    })
  })

  describe('the status', () => {
    it('says how far bronze is behind its sources, and what waits', async () => {
      const status = await get(`${PATHS.ingestionStatus}?hours=1`)
      expect(status.sales).toBeGreaterThan(5)
      expect(status.latency_p50_s).toBeGreaterThanOrEqual(0)
      expect(status.latency_p95_s).toBeGreaterThanOrEqual(status.latency_p50_s)
      expect(status.quarantined).toBeGreaterThan(0)
      expect(status.dead_letters).toBeGreaterThan(0)
    })
  })

  describe('importing the stores again', () => {
    it('releases nothing that it should not', async () => {
      const before = await rows('select count(*) as held from scout.bronze_quarantine')
      const stores = [
        { storeId: 'S1', name: 'Aling Nena', region: 'NCR', city: 'Quezon City', barangay: null },
      ]
      await importCatalogue(world.server.pool, TENANT, { stores, products: [] }, new Date())
      expect(await rows('select count(*) as held from scout.bronze_quarantine')).toEqual(before)
    })
  })
})
