import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openOutbox } from '../../../edge-agent/outbox/open-outbox.ts'
import { reportOutbox } from '../../../edge-agent/outbox/outbox-report.ts'
import { openHttpIntake } from '../../../edge-agent/sources/http-intake.ts'
import { testAgent } from './support/agent.ts'
import { temporaryHome } from './support/home.ts'
import { posSale, posText } from './support/sales.ts'

async function intake() {
  const home = temporaryHome()
  const outbox = openOutbox({ directory: home })
  const errors: unknown[] = []
  const http = await openHttpIntake({
    outbox,
    port: 0,
    status: () => ({ waiting: outbox.waiting }),
    onError: e => errors.push(e),
  })
  onTestFinished(async () => {
    await http.close()
    outbox.close()
  })
  const post = async (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
    const response = await fetch(`${http.url}/v1/sales`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    })
    return { status: response.status, body: await response.json() }
  }
  return { home, outbox, http, post, errors }
}

/** As a program that sets every header itself, which `fetch` does not allow. */
function ask(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers }, response => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asked.on('error', reject).end()
  })
}

describe('the local intake', () => {
  it('answers 201 with the key of each sale, after they are on the disk', async () => {
    const { post, home } = await intake()
    const one = await post(posText(1))
    expect(one).toEqual({
      status: 201,
      body: { boot_epoch: 1, accepted: 1, refused: 0, sales: [{ outcome: 'accepted', seq: 1 }] },
    })
    expect(reportOutbox(home).waiting).toBe(1)
    const many = await post(JSON.stringify([posSale(2), posSale(3)]))
    expect(many.body.sales).toEqual([
      { outcome: 'accepted', seq: 2 },
      { outcome: 'accepted', seq: 3 },
    ])
    const lines = await post(`${posText(4)}\n\n${posText(5)}`, {
      'content-type': 'application/x-ndjson; charset=utf-8',
    })
    expect([lines.status, lines.body.accepted]).toEqual([201, 2])
  })

  it('takes flat documents as the devices send them', async () => {
    const { post } = await intake()
    const documents: Record<string, unknown> = JSON.parse(
      readFileSync(new URL('../../fixtures/edge-samples/flat-transactions.json', import.meta.url), 'utf8'),
    )
    const answers: Array<[number, number]> = []
    for (const document of Object.values(documents)) {
      const { status, body } = await post(JSON.stringify(document))
      answers.push([status, body.accepted])
    }
    expect(answers).toEqual([
      [201, 1],
      [201, 1],
      [201, 2],
      [201, 1],
      [400, 0],
    ])
  })

  it('stores the good ones beside bad ones and says of each what became of it', async () => {
    const { post, outbox } = await intake()
    const { status, body } = await post(`${posText(1)}\n{"x":\n{"x":1}\n${posText(2)}\n`, {
      'content-type': 'application/x-ndjson',
    })
    expect(status).toBe(207)
    expect(body).toMatchObject({
      accepted: 2,
      refused: 2,
      sales: [
        { outcome: 'accepted', seq: 1 },
        { outcome: 'refused', error: { code: 'sale_malformed' } },
        { outcome: 'refused', error: { code: 'contract_unknown' } },
        { outcome: 'accepted', seq: 2 },
      ],
    })
    expect(outbox.waiting).toBe(2)
  })

  it('refuses a single bad sale with its code, as every error is told', async () => {
    const { post, outbox } = await intake()
    expect(await post(posText(1, { total: 'much' }))).toMatchObject({
      status: 400,
      body: { code: 'sale_invalid', retryable: false, details: { fields: [{ field: 'total' }] } },
    })
    expect(await post('{"x":')).toMatchObject({ status: 400, body: { code: 'sale_malformed' } })
    expect(await post(posText(1, { note: 'x'.repeat(1 << 20) }))).toMatchObject({
      status: 413,
      body: { code: 'sale_too_large' },
    })
    expect(outbox.waiting).toBe(0)
  })

  it('refuses a body over the limit, and one in a form that it does not read', async () => {
    const { post } = await intake()
    expect(await post(new Uint8Array((16 << 20) + 1))).toMatchObject({
      status: 413,
      body: { code: 'body_too_large' },
    })
    expect(await post('a=1', { 'content-type': 'application/x-www-form-urlencoded' })).toMatchObject({
      status: 415,
    })
    expect(await post(posText(1), { 'content-encoding': 'gzip' })).toMatchObject({ status: 415 })
    expect(await post(posText(1))).toMatchObject({ status: 201 })
  })

  it('refuses whatever a web page can send', async () => {
    const { post, http, outbox } = await intake()
    expect(await post(posText(1), { origin: 'https://shop.example' })).toMatchObject({
      status: 403,
      body: { code: 'csrf_refused' },
    })
    expect(await post(posText(1), { origin: http.url })).toMatchObject({ status: 403 })
    const status = `${http.url}/v1/status`
    await expect(ask(status, {})).resolves.toBe(200)
    await expect(ask(status, { host: 'localhost:7411' })).resolves.toBe(200)
    await expect(ask(status, { host: 'rebound.example:7411' })).resolves.toBe(403)
    await expect(ask(status, { host: '127.0.0.1.example' })).resolves.toBe(403)
    await expect(ask(status, { 'sec-fetch-site': 'cross-site' })).resolves.toBe(403)
    expect(outbox.waiting).toBe(0)
  })

  it('answers health and status, and nothing else', async () => {
    const { http, post } = await intake()
    await post(posText(1))
    await expect((await fetch(`${http.url}/healthz`)).json()).resolves.toEqual({ ok: true })
    await expect((await fetch(`${http.url}/v1/status`)).json()).resolves.toEqual({ waiting: 1 })
    expect((await fetch(`${http.url}/v1/sales`)).status).toBe(404)
  })

  it('says that the outbox failed, shows nothing internal, and reports it', async () => {
    const { post, outbox, errors } = await intake()
    outbox.close()
    const { status, body } = await post(posText(1))
    expect(status).toBe(500)
    expect(body).toEqual({ code: 'internal', message: expect.any(String), retryable: true })
    expect(JSON.stringify(body)).not.toContain('database')
    expect(errors).toHaveLength(1)
  })

  it('says that the port is taken', async () => {
    const { http, outbox } = await intake()
    const port = Number(new URL(http.url).port)
    const second = openHttpIntake({ outbox, port, status: () => ({}), onError: () => {} })
    await expect(second).rejects.toMatchObject({ code: 'busy' })
  })

  it('takes many tills at once, each sale once', async () => {
    const agent = testAgent()
    await agent.start()
    const post = async (id: number) => {
      const response = await fetch(`${agent.intakeUrl}/v1/sales`, {
        method: 'POST',
        body: posText(id),
        headers: { 'content-type': 'application/json' },
      })
      return (await response.json()).sales[0].seq
    }
    const seqs = await Promise.all(Array.from({ length: 200 }, (_, id) => post(id)))
    expect(new Set(seqs).size).toBe(200)
    expect(agent.status()).toMatchObject({ running: true, waiting: 200, enrolment: null })
  })
})
