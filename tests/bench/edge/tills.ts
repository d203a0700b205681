import { connect } from 'node:net'

/*
 * node tills.ts URL SECONDS IN_FLIGHT FIRST: so many tills hand in one sale after the other over kept connections, and wait for each answer.
 * Prints {"answered", "seconds", "refused"}. Bare sockets, so that the load costs less than what it loads.
 */
const [, , address = '', seconds = '5', inFlight = '100', first = '0'] = process.argv
const { hostname, port, pathname } = new URL(address)
const end = performance.now() + Number(seconds) * 1000
const started = performance.now()
let [next, answered, refused] = [Number(first), 0, 0]

function request(): string {
  const sale = JSON.stringify({
    transaction_id: `T-${next++}`,
    store_id: 'S-1',
    sold_at: '2026-11-01T09:30:00+08:00',
    lines: [{ product_name: 'Kape', quantity: 2, unit_price: 12.5, amount: 25 }],
    total: 25,
  })
  return `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\ncontent-length: ${sale.length}\r\n\r\n${sale}`
}

async function till(): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = connect(Number(port), hostname)
  let received = ''
  socket.setNoDelay(true).setEncoding('latin1')
  socket.on('connect', () => socket.write(request())).on('error', reject)
  socket.on('data', (chunk: string) => {
    received += chunk
    if (!isWhole(received)) return
    if (received.startsWith('HTTP/1.1 201')) answered++
    else refused++
    received = ''
    if (performance.now() < end) socket.write(request())
    else {
      socket.destroy()
      resolve()
    }
  })
  await promise
}

/** An answer with a length, or in chunks. */
function isWhole(text: string): boolean {
  const body = text.indexOf('\r\n\r\n') + 4
  if (body < 4) return false
  const length = /content-length: (\d+)/i.exec(text.slice(0, body))?.[1]
  return length === undefined ? text.endsWith('0\r\n\r\n') : text.length - body >= Number(length)
}

await Promise.all(Array.from({ length: Number(inFlight) }, till))
process.stdout.write(JSON.stringify({ answered, refused, seconds: (performance.now() - started) / 1000 }))
