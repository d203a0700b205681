import { describe, expect, it } from 'vitest'
import { ScoutError } from '../../../app/errors.ts'
import { enrolledAgent, eventually } from './support/agent.ts'
import { posSale, posText } from './support/sales.ts'

const array = (count: number) => JSON.stringify(Array.from({ length: count }, (_, index) => posSale(index)))

describe('the uplink', () => {
  it('sends what waits, oldest first, in signed gzip batches, and empties the outbox', async () => {
    const { agent, server } = await enrolledAgent({ epochFloor: 4 }, { batch: { sales: 10, bytes: 1 << 20 } })
    await agent.take(array(25))

    const progress: number[] = []
    await expect(agent.drain({ onProgress: ({ done }) => progress.push(done) })).resolves.toBe(25)

    expect(progress).toEqual([10, 20, 25])
    expect([...server.stored.keys()]).toEqual(Array.from({ length: 25 }, (_, index) => `4/${index + 1}`))
    expect(server.batches.map(({ header }) => header.backlog)).toEqual([25, 15, 5])
    expect(agent.status()).toMatchObject({ waiting: 0, rejected: 0, boot_epoch: 4 })
  })

  it('keeps the text of a sale as it came, unknown fields and digits included', async () => {
    const { agent, server } = await enrolledAgent()
    const text = posText(1).replace('"total":25', '"total" : 25.00 , "till_says":{"α":[1.0,2e3]}')
    await agent.take(text)
    await agent.drain()
    expect([...server.stored.values()][0]).toContain(text)
  })

  it('moves a refused sale to the rejected ones with its bytes and sends those behind it', async () => {
    const judge = (_sale: unknown, seq: number) =>
      seq === 2 ? ({ outcome: 'refused', code: 'sale_invalid', message: 'no' } as const) : undefined
    const { agent, server } = await enrolledAgent({ judge })
    await agent.take(array(3))
    await agent.drain()
    expect(server.stored.size).toBe(2)
    const { rejected, waiting, newest_rejections: rejections } = agent.status()
    expect({ rejected, waiting }).toEqual({ rejected: 1, waiting: 0 })
    expect(rejections[0]).toMatchObject({ source: 'server', seq: 2, code: 'sale_invalid', raw: posText(1) })
  })

  it('lets a quarantined sale go, also for a reason that this agent does not know', async () => {
    const { agent } = await enrolledAgent({
      mishap: ({ header: { seqs } }) => ({
        status: 200,
        body: JSON.stringify({
          outcomes: seqs.map(seq => ({ seq, outcome: 'quarantined', reasons: ['of_the_future'] })),
          server_time: new Date().toISOString(),
        }),
      }),
    })
    await agent.take(array(2))
    await agent.drain()
    expect(agent.status()).toMatchObject({ waiting: 0, rejected: 0 })
  })

  it('keeps a sale that the answer does not name, and one whose outcome it does not know', async () => {
    const { agent, server } = await enrolledAgent({
      mishap: (_batch, tries) =>
        tries > 1
          ? undefined
          : {
              status: 200,
              body: JSON.stringify({
                outcomes: [
                  { seq: 1, outcome: 'accepted' },
                  { seq: 2, outcome: 'pondered' },
                  { seq: 99, outcome: 'accepted' },
                ],
                server_time: new Date().toISOString(),
              }),
            },
    })
    await agent.take(array(3))
    await expect(agent.drain()).resolves.toBe(3)
    expect(server.batches[1]?.header.seqs).toEqual([2, 3])
  })

  it('sends again under the same key when the answer is lost, so that the server sees a duplicate', async () => {
    const { agent, server } = await enrolledAgent({
      mishap: (_batch, tries) => (tries === 1 ? 'cut-after-store' : undefined),
    })
    await agent.take(array(5))
    await agent.drain()
    expect(server.stored.size).toBe(5)
    expect(server.batches[1]?.lines).toEqual(server.batches[0]?.lines)
  })

  it.each([
    ['is cut', 'cut'],
    ['meets a server error', { status: 500, body: '{"code":"internal","message":"","retryable":true}' }],
    ['meets a proxy without a server', { status: 502, body: '<html>' }],
    ['meets a captive portal', { status: 200, body: '<html>Welcome to the hotel</html>' }],
    ['is redirected', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
    [
      'is refused as malformed',
      { status: 400, body: '{"code":"batch_malformed","message":"","retryable":false}' },
    ],
  ] as const)(
    'keeps every sale when each batch %s, and delivers all when that ends',
    async (_name, mishap) => {
      let broken = true
      const { agent, server } = await enrolledAgent({ mishap: () => (broken ? mishap : undefined) })
      await agent.take(array(40))
      await expect(agent.drain({ maxFailures: 12 })).rejects.toBeInstanceOf(ScoutError)
      expect(agent.status()).toMatchObject({ waiting: 40, rejected: 0 })
      broken = false
      await agent.drain()
      expect(server.stored.size).toBe(40)
      expect(agent.status()).toMatchObject({ waiting: 0, rejected: 0 })
    },
  )

  it('abandons a request that gets no answer and tries again', async () => {
    const { agent, server } = await enrolledAgent(
      { mishap: (_batch, tries) => (tries === 1 ? 'hang' : undefined) },
      { timeoutMs: 400 },
    )
    await agent.take(array(3))
    await agent.drain({ maxFailures: 20 })
    expect(server.stored.size).toBe(3)
  })

  it('waits as long as Retry-After says', async () => {
    let first = 0
    let second = 0
    const { agent } = await enrolledAgent({
      mishap: (_batch, tries) => {
        if (tries > 1) second = performance.now()
        else first = performance.now()
        return tries === 1 ? { status: 429, headers: { 'retry-after': '1' }, body: '' } : undefined
      },
    })
    await agent.take(posText(1))
    await agent.drain()
    expect(second - first).toBeGreaterThanOrEqual(990)
  })

  it('halves a batch that is too large, and sets aside a sale that is too large alone', async () => {
    const { agent, server } = await enrolledAgent({
      mishap: ({ lines }) =>
        lines.join('').length > 2_000 ? { status: 413, body: '<html>nginx</html>' } : undefined,
    })
    await agent.take(
      JSON.stringify([posSale(1), posSale('big', { note: 'x'.repeat(4_000) }), posSale(3), posSale(4)]),
    )
    await agent.drain()
    expect(server.sales()).toEqual([posSale(1), posSale(3), posSale(4)])
    expect(agent.status()).toMatchObject({ waiting: 0, rejected: 1 })
  })

  it.each([400, 500])('goes round one sale that makes every batch with it fail with %i', async status => {
    const body = JSON.stringify({
      code: status === 400 ? 'request_invalid' : 'internal',
      message: 'boom',
      retryable: false,
    })
    const { agent, server } = await enrolledAgent({
      mishap: ({ lines }) => (lines.some(line => line.includes('poison')) ? { status, body } : undefined),
    })
    await agent.take(
      JSON.stringify([
        posSale(0),
        posSale('poison'),
        ...Array.from({ length: 30 }, (_, i) => posSale(i + 1)),
      ]),
    )
    const drained = agent.drain({ maxFailures: 10 })
    if (status === 400) await drained
    else await expect(drained).rejects.toMatchObject({ code: 'internal' })
    expect(server.stored.size).toBe(31)
    // The server's own fault condemns nothing.
    expect(agent.status()).toMatchObject(
      status === 400 ? { waiting: 0, rejected: 1 } : { waiting: 1, rejected: 0 },
    )
  })

  it('sends a new sale at once although another one keeps failing', async () => {
    let failures = 0
    // After the second failure the wait is an hour.
    const backoff = { baseMs: 3_600_000, capMs: 3_600_000, random: () => (failures++ < 2 ? 0 : 1) }
    const body = '{"code":"internal","message":"boom","retryable":true}'
    const { agent, server } = await enrolledAgent(
      {
        mishap: ({ lines }) =>
          lines.some(line => line.includes('poison')) ? { status: 500, body } : undefined,
      },
      { backoff, batch: { sales: 2, bytes: 1 << 20 } },
    )
    await agent.start()
    await agent.take(posText('poison'))
    await eventually(() => expect(agent.status().uplink?.next_try_in_ms).toBeGreaterThan(3_000_000))
    await agent.take(array(5))
    await eventually(() => expect(server.stored.size).toBe(5))
    await eventually(() => expect(agent.status().waiting).toBe(1))
  })

  it('says at once when only a person can help', async () => {
    const { agent, server } = await enrolledAgent({
      mishap: () => ({
        status: 403,
        body: '{"code":"device_suspended","message":"suspended","retryable":false}',
      }),
    })
    await agent.take(posText(1))
    await expect(agent.drain()).rejects.toMatchObject({ code: 'device_suspended', message: 'suspended' })
    expect(server.batches).toHaveLength(1)
    expect(agent.status()).toMatchObject({ waiting: 1, uplink: { last_error: { code: 'device_suspended' } } })
  })

  it('gets a new token when the server no longer knows the old one', async () => {
    const { agent, server } = await enrolledAgent()
    await agent.take(posText(1))
    await agent.drain()
    server.revokeTokens()
    await agent.take(posText(2))
    await agent.drain()
    expect(server.stored.size).toBe(2)
    expect(server.assertions).toHaveLength(2)
  })

  it('uses one token for many batches and fetches another before it ends', async () => {
    const { agent, server } = await enrolledAgent({ tokenSeconds: 900 }, { batch: { sales: 1, bytes: 1 } })
    await agent.take(array(5))
    await agent.drain()
    expect(server.batches).toHaveLength(5)
    expect(server.assertions).toHaveLength(1)
  })

  it.each([86_400_000 * 365, -86_400_000 * 365])(
    'measures its clock even when it is a year off (%i ms)',
    async clockAheadMs => {
      const { agent, server } = await enrolledAgent({ clockAheadMs })
      await agent.take(posText(1))
      await agent.drain()
      const offset = server.batches[0]?.header.clock_offset_ms ?? 0
      expect(Math.abs(offset + clockAheadMs)).toBeLessThan(1_000)
    },
  )

  it('delivers by itself while it runs, and again after the server was away', async () => {
    const { agent, server } = await enrolledAgent()
    await agent.start()
    await agent.take(posText(1))
    await eventually(() => expect(server.stored.size).toBe(1))
    await server.goAway()
    await agent.take(posText(2))
    await eventually(() => expect(agent.status().uplink?.last_error?.code).toBe('offline'))
    await server.comeBack()
    await eventually(() => expect(server.stored.size).toBe(2))
  })

  it('stops in the middle of a request without losing what it held', async () => {
    const { agent, server } = await enrolledAgent({ mishap: () => 'hang' })
    await agent.start()
    await agent.take(array(3))
    await eventually(() => expect(server.batches).toHaveLength(1))
    await agent.stop()
    expect(server.stored.size).toBe(0)
    await expect(agent.ended).resolves.toBeUndefined()
  })

  it('ends a drain on its signal', async () => {
    const { agent, server } = await enrolledAgent({ mishap: () => 'hang' })
    await agent.take(array(3))
    const stop = new AbortController()
    const drained = agent.drain({ signal: stop.signal })
    await eventually(() => expect(server.batches).toHaveLength(1))
    stop.abort()
    await expect(drained).rejects.toMatchObject({ code: 'cancelled' })
    expect(agent.status().waiting).toBe(3)
  })
})
