import { readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { OutboxLimits } from '../../../edge-agent/outbox/limits.ts'
import { openOutbox } from '../../../edge-agent/outbox/open-outbox.ts'
import { reportOutbox } from '../../../edge-agent/outbox/outbox-report.ts'
import { ROW_BYTES } from '../../../edge-agent/outbox/schema.ts'
import { enrolledAgent, eventually, testAgent } from './support/agent.ts'
import { temporaryHome } from './support/home.ts'
import { idOf, newSale, posSale, posText } from './support/sales.ts'

/** Ids of three digits, so that each sale is as large as the next. */
const three = (index: number) => newSale(100 + index)
const ONE = Buffer.byteLength(three(0).sale) + ROW_BYTES
const plenty = { sales: 10_000, bytes: 1 << 30 }

function open(limits: Partial<OutboxLimits>, home = temporaryHome()) {
  const outbox = openOutbox({ directory: home, limits })
  onTestFinished(() => outbox.close())
  return outbox
}

describe('a full outbox', () => {
  it('refuses what does not fit, keeps what it has, and takes sales again when there is room', async () => {
    const outbox = open({ maxBytes: 3 * ONE })
    await outbox.append([three(0), three(1)])
    await expect(outbox.append([three(2), three(3)])).rejects.toMatchObject({
      code: 'outbox_full',
      retryable: true,
      details: { waiting: 2, bytes: 2 * ONE, max_bytes: 3 * ONE },
    })
    await outbox.append([three(4)])
    await outbox.acknowledge([1])
    await outbox.append([three(5)])
    expect(outbox.oldest(plenty).map(({ sale }) => idOf(sale))).toEqual(['T-101', 'T-104', 'T-105'])
  })

  it('refuses one source without failing those whose sales share the commit and fit', async () => {
    const outbox = open({ maxBytes: 2 * ONE })
    const results = await Promise.allSettled([
      outbox.append([three(0)]),
      outbox.append([three(1), three(2)]),
      outbox.append([three(3)]),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(outbox.waiting).toBe(2)
  })

  it('drops the oldest when told to, counts them, and remembers since when over a restart', async () => {
    const home = temporaryHome()
    const first = open({ maxBytes: 3 * ONE, whenFull: 'drop-oldest' }, home)
    for (let index = 0; index < 8; index++) await first.append([three(index)])
    expect(first.counters).toMatchObject({ waiting: 3, waiting_bytes: 3 * ONE, dropped: 5 })
    const since = first.counters.dropped_since
    expect(Date.parse(since ?? '')).toBeGreaterThan(Date.now() - 60_000)
    first.close()
    const again = open({ maxBytes: 3 * ONE, whenFull: 'drop-oldest' }, home)
    await again.append([three(8)])
    expect(again.counters).toMatchObject({ waiting: 3, dropped: 6, dropped_since: since })
    expect(again.oldest(plenty).map(({ sale }) => idOf(sale))).toEqual(['T-106', 'T-107', 'T-108'])
    await expect(again.append([0, 1, 2, 3].map(three))).rejects.toMatchObject({ code: 'outbox_full' })
  })

  it('does not count a sale as dropped that the server answered for after all', async () => {
    const outbox = open({ maxBytes: 2 * ONE, whenFull: 'drop-oldest' })
    await outbox.append([three(0), three(1)])
    const underWay = outbox.oldest(plenty).map(({ seq }) => seq)
    await outbox.append([three(2)])
    expect(outbox.counters.dropped).toBe(1)
    await outbox.acknowledge(underWay)
    expect(outbox.counters).toMatchObject({ waiting: 1, dropped: 0 })
  })

  it('never holds more than it may, and its counters are what its rows are', async () => {
    const step = fc.record({
      append: fc.integer({ min: 0, max: 5 }),
      settle: fc.integer({ min: 0, max: 4 }),
      reject: fc.boolean(),
      reopen: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 25 }),
        fc.constantFrom('reject' as const, 'drop-oldest' as const),
        async (steps, whenFull) => {
          const home = temporaryHome()
          const limits = { maxBytes: 6 * ONE, whenFull, maxRejectedBytes: 4 * ONE }
          let outbox = openOutbox({ directory: home, limits })
          let [accepted, settled] = [0, 0]
          try {
            for (const { append, settle, reject, reopen } of steps) {
              const sales = Array.from({ length: append }, (_, index) => three(index))
              const stored = await outbox.append(sales).then(
                seqs => seqs.length,
                () => 0,
              )
              accepted += stored
              for (const { seq } of outbox
                .oldest({ sales: Math.max(1, settle), bytes: 1 << 20 })
                .slice(0, settle)) {
                if (reject) await outbox.reject(seq, 'sale_invalid', 'no')
                else await outbox.acknowledge([seq])
                settled++
              }
              if (reopen) {
                outbox.close()
                outbox = openOutbox({ directory: home, limits })
              }
              const waiting = outbox.oldest(plenty)
              const bytes = waiting.reduce((sum, { sale }) => sum + Buffer.byteLength(sale) + ROW_BYTES, 0)
              expect(bytes).toBeLessThanOrEqual(limits.maxBytes)
              expect(outbox.counters).toMatchObject({ waiting: waiting.length, waiting_bytes: bytes })
              expect(outbox.counters.rejected).toBe(outbox.rejections(1_000).length)
              expect(outbox.counters.rejected_bytes).toBeLessThanOrEqual(limits.maxRejectedBytes)
              expect(accepted).toBe(settled + waiting.length + outbox.counters.dropped)
              const { boot_epoch: _epoch, ...counters } = outbox.counters
              expect(reportOutbox(home)).toMatchObject(counters)
            }
          } finally {
            outbox.close()
          }
        },
      ),
      { numRuns: 25 },
    )
  })
})

describe('an agent whose outbox is full', () => {
  const limits = { maxBytes: 4 * (Buffer.byteLength(posText(100)) + ROW_BYTES) }
  const post = (url: string | undefined, text: string) =>
    fetch(`${url}/v1/sales`, { method: 'POST', body: text, headers: { 'content-type': 'application/json' } })

  it('tells the till 507 and keeps watched files, until it could send', { timeout: 30_000 }, async () => {
    const { agent, server } = await enrolledAgent({}, { limits })
    for (let index = 0; index < 4; index++) await agent.take(posText(100 + index))
    await expect(agent.take(posText(200))).rejects.toMatchObject({ code: 'outbox_full', status: 507 })
    await agent.drain()
    expect(server.stored.size).toBe(4)
    await agent.take(posText(200))
    expect(agent.status()).toMatchObject({ waiting: 1, dropped: 0, when_full: 'reject' })
  })

  it('answers over HTTP what the till has to do', async () => {
    const agent = testAgent({ limits })
    await agent.start()
    for (let index = 0; index < 4; index++) {
      expect((await post(agent.intakeUrl, posText(100 + index))).status).toBe(201)
    }
    const refused = await post(agent.intakeUrl, posText(200))
    expect(refused.status).toBe(507)
    expect(await refused.json()).toMatchObject({
      code: 'outbox_full',
      retryable: true,
      message: expect.stringContaining('Keep the sale'),
    })
  })

  it('leaves files where they lie and takes them in later', async () => {
    const home = temporaryHome()
    const { agent, server } = await enrolledAgent({}, { home, limits })
    for (let index = 0; index < 4; index++) await agent.take(posText(100 + index))
    const inbox = join(home, 'inbox')
    writeFileSync(join(inbox, 'late.jsonl'), `${posText(201)}\n${posText(202)}\n`)
    await expect(agent.scanFolder()).rejects.toMatchObject({ code: 'outbox_full' })
    expect(readdirSync(inbox)).toContain('late.jsonl')
    await agent.drain()
    await expect(agent.scanFolder()).resolves.toMatchObject({ sales: 2, filesDone: 1 })
    await agent.drain()
    expect(server.stored.size).toBe(6)
  })

  it('reports its drops and its bytes with every batch', async () => {
    const { agent, server } = await enrolledAgent({}, { limits: { ...limits, whenFull: 'drop-oldest' } })
    await agent.take(JSON.stringify([posSale(100)]))
    await agent.drain()
    for (let index = 0; index < 7; index++) await agent.take(posText(101 + index))
    await agent.drain()
    expect(server.batches[0]?.header.drops).toBeUndefined()
    expect(server.batches.at(-1)?.header).toMatchObject({
      backlog: 4,
      outbox_bytes: limits.maxBytes,
      outbox_max_bytes: limits.maxBytes,
      drops: { sales: 3, since: agent.status().dropped_since },
    })
  })
})

describe('done/', () => {
  it('loses its oldest files first when they are too many, and old ones when nobody follows them', async () => {
    const home = temporaryHome()
    const agent = testAgent({ home, settings: { done_max_bytes: 2_000, done_max_days: 1 } })
    const done = join(home, 'inbox', 'done')
    await agent.scanFolder()
    const yearAgo = Date.now() / 1000 - 365 * 86_400
    for (let index = 0; index < 20; index++) {
      writeFileSync(join(done, `f${100 + index}.json`), posText(index))
      utimesSync(
        join(done, `f${100 + index}.json`),
        yearAgo + index,
        index < 15 ? yearAgo + index : Date.now() / 1000 + index,
      )
    }
    writeFileSync(join(done, 'notes.txt'), 'not ours')
    await agent.stop()
    const again = testAgent({ home, settings: { done_max_bytes: 700, done_max_days: 1 } })
    await again.scanFolder()
    await eventually(() => expect(readdirSync(done)).toContain('notes.txt'))
    const kept = readdirSync(done).filter(name => name.startsWith('f'))
    expect(kept).toEqual(['f116.json', 'f117.json', 'f118.json', 'f119.json'].slice(-kept.length))
    expect(kept.length).toBeGreaterThan(0)
    expect(kept.length * posText(10).length).toBeLessThanOrEqual(700)
  })
})
