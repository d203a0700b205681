import { Agent as Connections, request } from 'node:http'
import { workerData } from 'node:worker_threads'
import { posSale } from './sales.ts'

// Tills that post their sales one request after the other over a kept connection.
const { url, count, each, tills } = workerData
const connections = new Connections({ keepAlive: true, maxSockets: tills })
const starts = Array.from({ length: Math.ceil(count / each) }, (_, index) => index * each).values()

await Promise.all(
  Array.from({ length: tills }, async () => {
    for (const start of starts) {
      await post(
        JSON.stringify(Array.from({ length: Math.min(each, count - start) }, (_, i) => posSale(start + i))),
      )
    }
  }),
)
connections.destroy()

function post(body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const sent = request(url, { method: 'POST', agent: connections, headers }, response => {
      if (response.statusCode !== 201) reject(new Error(`status ${response.statusCode}`))
      response.resume().on('end', resolve)
    })
    sent.on('error', reject).end(body)
  })
}
