import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { QUARANTINE_REASONS, type SaleOutcome } from '../../../app/contracts/device.ts'
import type { TenantId } from '../../../app/domain/ids.ts'
import { withTenant } from '../../../sync-server/database/tenant.ts'
import { refusedContext } from '../../../sync-server/ingestion/bronze-rows.ts'
import { openBytes } from '../../../sync-server/personal/seal.ts'
import { forEachEngine } from '../../support/database.ts'
import { batch, type Line, type TestDevice } from './device.ts'
import { DIRTY_SALES } from './dirty-sales.ts'
import { codeOf, OTHER_TENANT, openWorld, sale, TENANT, type World } from './world.ts'

const MIB = 1 << 20

forEachEngine(database => {
  let world: World
  let device: TestDevice
  let number = 0
  /** An id that no other test uses. */
  const fresh = () => `T${++number}`

  beforeAll(async () => {
    world = await openWorld(database())
  })
  afterAll(() => world?.close())
  beforeEach(async () => {
    device = await world.device()
  })

  const rows = async (text: string, values: unknown[] = [], tenant: TenantId = TENANT) =>
    (await withTenant(world.server.pool, tenant, tx => tx.query(text, values))).rows
  const stored = async () =>
    (
      await rows('select seq from scout.bronze_events where device_id = $1 order by seq', [device.deviceId])
    ).map(r => r.seq)
  const outcomes = (list: readonly SaleOutcome[]) =>
    list.map(one => (one.outcome === 'refused' ? one.code : one.outcome))

  describe('a batch', () => {
    it('is answered seq by seq, after commit', async () => {
      const answer = await device.send([
        { seq: 7, content: sale(fresh()) },
        { seq: 3, content: sale(fresh()) },
      ])
      expect(answer.outcomes).toEqual([
        { seq: 7, outcome: 'accepted' },
        { seq: 3, outcome: 'accepted' },
      ])
      expect(await stored()).toEqual([3, 7])
    })

    it('sent again is a duplicate, stored once', async () => {
      const lines = [{ seq: 1, content: sale(fresh()) }]
      const body = batch(lines)
      expect((await device.sendBytes(body)).status).toBe(200)
      const again = await device.sendBytes(body)
      expect((await again.json()).outcomes).toEqual([{ seq: 1, outcome: 'duplicate' }])
      expect(await stored()).toEqual([1])
    })

    it('sent twice at the same moment stores each sale once', async () => {
      const body = batch(Array.from({ length: 20 }, (_, i) => ({ seq: i + 1, content: sale(fresh()) })))
      const answers = await Promise.all([device.sendBytes(body), device.sendBytes(body)])
      const all = await Promise.all(answers.map(async answer => (await answer.json()).outcomes))
      expect(outcomes(all.flat()).filter(outcome => outcome === 'accepted')).toHaveLength(20)
      expect(outcomes(all.flat()).filter(outcome => outcome === 'duplicate')).toHaveLength(20)
      expect(await stored()).toHaveLength(20)
    })

    it('of two devices with the same sales at the same moment stores each sale once', async () => {
      const other = await world.device()
      const contents = Array.from({ length: 300 }, () => sale(fresh()))
      const lines = (list: typeof contents) => list.map((content, i) => ({ seq: i + 1, content }))
      const answers = await Promise.all([
        device.send(lines(contents)),
        other.send(lines(contents.toReversed())),
      ])
      const all = outcomes(answers.flatMap(answer => answer.outcomes))
      expect(all.filter(outcome => outcome === 'accepted')).toHaveLength(300)
      expect(all.filter(outcome => outcome === 'duplicate')).toHaveLength(300)
    })

    it('keeps what it does not know of a sale', async () => {
      await device.send([{ seq: 1, content: sale(fresh(), { weather: { rain: true } }) }])
      const [row] = await rows('select event_data from scout.bronze_events where device_id = $1', [
        device.deviceId,
      ])
      expect(row?.event_data).toMatchObject({ weather: { rain: true } })
    })

    it('notes the business days it touched, in the time zone of the pack', async () => {
      const before = new Date(Date.now() - 5 * 86_400_000).toISOString().slice(0, 10)
      // 16:30 UTC is half past midnight of the next day in Manila.
      await device.send([{ seq: 1, content: sale(fresh(), { sold_at: `${before}T16:30:00Z` }) }])
      const [event] = await rows('select business_day from scout.bronze_events where device_id = $1', [
        device.deviceId,
      ])
      const next = new Date(Date.parse(before) + 86_400_000).toISOString().slice(0, 10)
      expect(event?.business_day).toBe(next)
      const touched = await rows('select day from scout.medallion_touched_day where day = $1', [next])
      expect(touched.length).toBeGreaterThan(0)
    })

    it('of the same transaction with other content stores a revision', async () => {
      const id = fresh()
      const answer = await device.send([
        { seq: 1, content: sale(id) },
        { seq: 2, content: sale(id, { total: 30, revised_at: new Date().toISOString() }) },
        { seq: 3, content: sale(id) },
      ])
      expect(outcomes(answer.outcomes)).toEqual(['accepted', 'accepted', 'duplicate'])
    })
  })

  describe('quarantine', () => {
    it('holds one sale for every reason of the dirty fixture, stored all the same', async () => {
      const lines = QUARANTINE_REASONS.map((reason, i) => ({ seq: i + 1, content: DIRTY_SALES[reason] }))
      const { outcomes: answered } = await device.send([...lines, { seq: 100, content: sale(fresh()) }])
      expect(answered).toEqual([
        ...QUARANTINE_REASONS.map((reason, i) => ({ seq: i + 1, outcome: 'quarantined', reasons: [reason] })),
        { seq: 100, outcome: 'accepted' },
      ])
      const held = await rows(
        'select quarantine_reasons from scout.bronze_quarantine where device_id = $1 order by seq',
        [device.deviceId],
      )
      expect(held.map(row => row.quarantine_reasons)).toEqual(QUARANTINE_REASONS.map(reason => [reason]))
    })

    it('takes a store that the device was not enrolled for as unknown', async () => {
      device = await world.device({ stores: ['S2'] })
      const answer = await device.send([{ seq: 1, content: sale(fresh()) }])
      expect(answer.outcomes).toEqual([{ seq: 1, outcome: 'quarantined', reasons: ['unknown_store'] }])
    })

    it('welcomes old sales of a device with a backfill', async () => {
      device = await world.device({ backfillFrom: '2024-09-01' })
      const answer = await device.send([
        { seq: 1, content: sale(fresh(), { sold_at: '2024-09-01T00:10:00' }) },
        { seq: 2, content: sale(fresh(), { sold_at: '2024-08-31T23:50:00' }) },
      ])
      expect(outcomes(answer.outcomes)).toEqual(['accepted', 'quarantined'])
    })
  })

  describe('a bad sale is refused alone, its bytes kept', () => {
    const line = (text: string) =>
      JSON.stringify({ contract: 'pos.v1', recorded_at: '2026-01-01T00:00:00Z', sale: 0 }).replace(
        '"sale":0',
        `"sale":${text}`,
      )
    const pos = (extra: string) =>
      line(`{"transaction_id":"x","store_id":"S1","sold_at":"2026-01-01T00:00:00Z","lines":[]${extra}}`)
    const bad: Record<string, [string, Line['content']]> = {
      'is no JSON': ['sale_malformed', '{"contract": "pos.v1", '],
      'is an empty line': ['sale_malformed', ''],
      'is no UTF-8': ['sale_malformed', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
      'is larger than 1 MiB': ['sale_too_large', Buffer.alloc(MIB + 1, 'a')],
      'lacks a field': ['sale_invalid', sale('x', { store_id: undefined })],
      'has no line around it': ['sale_invalid', '[]'],
      'has a contract nobody knows': ['contract_unknown', { contract: 'pos.v9\u0000', sale: {} }],
      'has more digits than a double': ['number_imprecise', pos(',"total":0.12345678901234567890')],
      'has text with U+0000': ['sale_invalid', pos(',"note":"a\\u0000b"')],
      'has half a surrogate pair': ['sale_invalid', pos(',"note":"a\\ud800b"')],
      'is nested too deep': ['sale_invalid', pos(`,"deep":${'['.repeat(100)}${']'.repeat(100)}`)],
      'is nested absurdly deep': [
        'sale_invalid',
        pos(`,"deep":${'['.repeat(200_000)}${']'.repeat(200_000)}`),
      ],
      'has a clock put right by more than any clock is wrong': [
        'sale_invalid',
        pos('').replace('"sale":', `"clock_offset_ms":${Number.MAX_SAFE_INTEGER},"sale":`),
      ],
      'lies in no year of ours': ['sale_invalid', sale('x', { sold_at: '0000-01-01T00:00:00Z' })],
    }

    it.each(Object.entries(bad))('when it %s', async (_what, [code, content]) => {
      const answer = await device.send([
        { seq: 1, content: sale(fresh()) },
        { seq: 2, content },
        { seq: 3, content: sale(fresh()) },
      ])
      expect(outcomes(answer.outcomes)).toEqual(['accepted', code, 'accepted'])
      expect(await stored()).toEqual([1, 3])
      const kept = await rows(
        'select refused_id, seq, code, raw from scout.bronze_refused where device_id = $1',
        [device.deviceId],
      )
      expect(kept).toMatchObject([{ seq: 2, code }])
      if (!Buffer.isBuffer(content) && typeof content !== 'string') return
      // Sealed, for nobody knows what is in them.
      expect(kept[0]?.raw.includes('pos.v1')).toBe(false)
      const opened = openBytes(world.personal(), kept[0]?.raw, refusedContext(TENANT, kept[0]?.refused_id))
      expect(opened.equals(Buffer.from(content))).toBe(true)
    })

    it('with the fields that are wrong', async () => {
      const answer = await device.send([{ seq: 1, content: sale('x', { total: 'lots' }) }])
      expect(answer.outcomes[0]).toMatchObject({ message: expect.stringContaining('total') })
    })

    it('and kept once, however often it comes', async () => {
      const body = batch([{ seq: 1, content: 'no json' }])
      await device.sendBytes(body)
      await device.sendBytes(body)
      const kept = await rows('select 1 from scout.bronze_refused where device_id = $1', [device.deviceId])
      expect(kept).toHaveLength(1)
    })
  })

  describe('a cloned device', () => {
    it('is found out by its event keys, and loses nothing else', async () => {
      await device.send([{ seq: 1, content: sale(fresh()) }])
      const answer = await device.send([
        { seq: 1, content: sale(fresh()) },
        { seq: 2, content: sale(fresh()) },
      ])
      expect(outcomes(answer.outcomes)).toEqual(['event_key_conflict', 'accepted'])
      const kept = await rows('select code, raw from scout.bronze_refused where device_id = $1', [
        device.deviceId,
      ])
      expect(kept).toMatchObject([{ code: 'event_key_conflict' }])
    })

    it('with an older outbox is stopped before anything of it is stored', async () => {
      await device.send([{ seq: 1, content: sale(fresh()) }], 3)
      const response = await device.sendBytes(batch([{ seq: 2, content: sale(fresh()) }], { boot_epoch: 2 }))
      expect(await codeOf(response)).toBe('409 boot_epoch_stale')
      expect(await stored()).toEqual([1])
    })
  })

  describe('a bad batch stores nothing', () => {
    const good = () => batch([{ seq: 1, content: sale(fresh()) }])

    it.each<[string, string, () => Buffer<ArrayBuffer>, Record<string, string>?]>([
      ['401 signature_invalid', 'with a wrong signature', good, { 'scout-signature': 'A'.repeat(86) }],
      ['401 signature_invalid', 'with no readable signature', good, { 'scout-signature': 'no' }],
      ['415 encoding_unsupported', 'that is not compressed', good, { 'content-encoding': 'identity' }],
      ['415 encoding_unsupported', 'of another type', good, { 'content-type': 'text/csv' }],
      ['400 compression_invalid', 'that is no gzip', () => Buffer.from('hello')],
      ['400 compression_invalid', 'that is cut short', () => Buffer.from(good().subarray(0, 60))],
      ['413 body_too_large', 'that is a bomb', () => gzipSync(Buffer.alloc(64 * MIB))],
      ['413 body_too_large', 'that is too large as it comes', () => Buffer.alloc(17 * MIB)],
      ['400 batch_malformed', 'without lines', () => gzipSync('')],
      ['400 batch_malformed', 'with an unreadable header', () => gzipSync('{"boot_epoch": 1')],
      ['400 batch_malformed', 'with an incomplete header', () => gzipSync('{"boot_epoch": 1}\n')],
      [
        '400 batch_malformed',
        'with fewer lines than announced',
        () => batch([{ seq: 1, content: '{}' }], { seqs: [1, 2] }),
      ],
      [
        '400 batch_malformed',
        'whose clock is wrong by more than any calendar holds',
        () => batch([{ seq: 1, content: sale(fresh()) }], { clock_offset_ms: Number.MAX_SAFE_INTEGER }),
      ],
      [
        '400 batch_malformed',
        'that names a seq twice',
        () =>
          batch([
            { seq: 1, content: '{}' },
            { seq: 1, content: '{}' },
          ]),
      ],
    ])('%s %s', async (code, _what, body, headers) => {
      expect(await codeOf(await device.sendBytes(body(), headers))).toBe(code)
      expect(await stored()).toEqual([])
    })

    it('from a device that was suspended or revoked since', async () => {
      const setStatus = (status: string) =>
        world.server.pool.query('update scout.device set status = $2 where device_id = $1', [
          device.deviceId,
          status,
        ])
      await setStatus('suspended')
      expect(await codeOf(await device.sendBytes(good()))).toBe('403 device_suspended')
      await setStatus('revoked')
      expect(await codeOf(await device.sendBytes(good()))).toBe('403 device_revoked')
    })

    it('with the token of another device', async () => {
      const other = await world.device()
      const body = good()
      expect(await codeOf(await other.sendBytes(body, { 'scout-signature': device.signature(body) }))).toBe(
        '401 signature_invalid',
      )
    })
  })

  describe('tenants', () => {
    it('hold the same ids side by side and see nothing of each other', async () => {
      const id = fresh()
      const other = await world.device({ tenant: OTHER_TENANT })
      expect(outcomes((await device.send([{ seq: 1, content: sale(id) }])).outcomes)).toEqual(['accepted'])
      expect(outcomes((await other.send([{ seq: 1, content: sale(id) }])).outcomes)).toEqual(['accepted'])
      const seen = async (tenant: TenantId) =>
        rows('select device_id from scout.bronze_events where transaction_id = $1', [id], tenant)
      expect(await seen(TENANT)).toEqual([{ device_id: device.deviceId }])
      expect(await seen(OTHER_TENANT)).toEqual([{ device_id: other.deviceId }])
    })
  })

  it('takes 18,000 sales in well under ten seconds', async () => {
    const started = performance.now()
    for (let start = 0; start < 18_000; start += 1_000) {
      const lines = Array.from({ length: 1_000 }, (_, i) => ({ seq: start + i + 1, content: sale(fresh()) }))
      await device.send(lines)
    }
    expect(performance.now() - started).toBeLessThan(10_000)
    expect(await stored()).toHaveLength(18_000)
  })
})
