import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { PATHS } from '../../../app/contracts/http.ts'
import { batch, TestDevice } from '../../integration/server/device.ts'
import { type LoadOrder, type LoadReport, loadOrder, storeOf } from './orders.ts'
import { saleWriter } from './sales.ts'

/*
 * The devices, in a process of their own, so that what they cost is not the server's. Told what to do over IPC, one order at a time.
 * Everything is encoded before the clock starts.
 */

interface Prepared {
  readonly body: Buffer<ArrayBuffer>
  readonly signature: string
  /** When each sale was written, in ms since 1970. */
  readonly written: readonly number[]
}

let devices: readonly { readonly device: TestDevice; readonly store: string; seq: number }[] = []
const putOff = { count: 0 }

async function obey(order: LoadOrder): Promise<LoadReport | null> {
  switch (order.kind) {
    case 'enrol':
      devices = await Promise.all(order.claims.map((claim, i) => enrol(order.url, claim, i)))
      return null
    case 'flood': {
      const now = Date.now()
      const prepared = devices.map((_, d) =>
        Array.from({ length: order.batches }, () =>
          encode(
            d,
            Array.from({ length: order.sales }, () => now),
          ),
        ),
      )
      const started = performance.now()
      const rejected = await Promise.all(prepared.map((batches, d) => sendAll(d, batches)))
      const seconds = (performance.now() - started) / 1000
      return {
        sales: devices.length * order.batches * order.sales,
        seconds,
        otherwise: sum(rejected),
        putOff: putOff.count,
        latencies: [],
      }
    }
    case 'paced':
      return pace(order)
  }
}

async function enrol(url: string, claim: string, i: number) {
  const device = new TestDevice(url)
  await device.enrolled(claim)
  await device.logIn()
  return { device, store: storeOf(i), seq: 0 }
}

function encode(d: number, written: readonly number[]): Prepared {
  const at = devices[d]
  if (at === undefined) throw new Error('enrol first')
  const write = saleWriter(at.store, d * 1_000_003 + at.seq)
  const lines = written.map(ms => {
    at.seq += 1
    const iso = new Date(ms).toISOString()
    const sale = write(new Date(ms - 2_000).toISOString(), at.seq)
    return { seq: at.seq, content: `{"contract":"pos.v1","recorded_at":"${iso}","sale":${sale}}` }
  })
  const body = batch(lines)
  return { body, signature: at.device.signature(body), written }
}

async function sendAll(d: number, batches: readonly Prepared[]): Promise<number> {
  let rejected = 0
  for (const prepared of batches) rejected += await send(d, prepared)
  return rejected
}

/** Sends until it is answered, waiting as asked. @returns how many of its sales were not accepted */
async function send(d: number, prepared: Prepared): Promise<number> {
  for (;;) {
    const { status, retryAfter, text } = await post(d, prepared)
    if (status === 200) return prepared.written.length - text.split('"outcome":"accepted"').length + 1
    if (status !== 429) throw new Error(text)
    putOff.count += 1
    await delay(Number(retryAfter) * 1000)
  }
}

const connections = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })

/** By Node's own client: `fetch` would cost this process four times as much. */
function post(d: number, { body, signature }: Prepared) {
  const device = devices[d]?.device
  if (device === undefined) throw new Error('enrol first')
  return new Promise<{ status: number | undefined; retryAfter: string | undefined; text: string }>(
    (resolve, reject) => {
      const headers = {
        ...device.batchHeaders(body, signature),
        'content-length': body.length,
      }
      const outgoing = request(new URL(PATHS.batches, device.url), {
        method: 'POST',
        agent: connections,
        headers,
      })
      outgoing.once('error', reject)
      outgoing.once('response', response => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', reject)
        response.once('end', () =>
          resolve({
            status: response.statusCode,
            retryAfter: response.headers['retry-after'],
            text: Buffer.concat(chunks).toString('latin1'),
          }),
        )
      })
      outgoing.end(body)
    },
  )
}

async function pace({ rate, seconds, everyMs }: Extract<LoadOrder, { kind: 'paced' }>): Promise<LoadReport> {
  const turns = Math.floor((seconds * 1000) / everyMs)
  const perTurn = Math.max(1, Math.round((rate * everyMs) / 1000 / devices.length))
  // Encoding costs about 40 µs a sale; the schedule begins when it is done.
  const begin = Date.now() + 2_000 + devices.length * turns * perTurn * 0.1
  // Devices are not in step with each other.
  const shift = (d: number) => (everyMs * d) / devices.length
  const prepared = devices.map((_, d) =>
    Array.from({ length: turns }, (_, turn) =>
      encode(
        d,
        Array.from({ length: perTurn }, (_, i) => begin + shift(d) + everyMs * (turn + i / perTurn)),
      ),
    ),
  )
  if (Date.now() > begin) throw new Error('encoding took longer than its schedule')
  const latencies: number[] = []
  const rejected = await Promise.all(
    prepared.map(async (batches, d) => {
      let count = 0
      for (const [turn, one] of batches.entries()) {
        await delay(Math.max(0, begin + shift(d) + everyMs * (turn + 1) - Date.now()))
        count += await send(d, one)
        const answered = Date.now()
        for (const written of one.written) latencies.push(answered - written)
      }
      return count
    }),
  )
  return {
    sales: latencies.length,
    seconds: (Date.now() - begin) / 1000,
    otherwise: sum(rejected),
    putOff: putOff.count,
    latencies: latencies.sort((a, b) => a - b),
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}

process.on('message', message => {
  putOff.count = 0
  obey(loadOrder.parse(message)).then(
    report => process.send?.({ report }),
    (error: unknown) => process.send?.({ failed: String(error) }),
  )
})
