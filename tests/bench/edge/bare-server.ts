import { fsyncSync, openSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'

/*
 * node bare-server.ts FILE: the least that can accept sales durably over HTTP in this runtime. Appends the bodies that came in one turn to a
 * file, syncs it once, answers them all. No parsing, no contract, no numbers, no index.
 */
const file = openSync(process.argv[2] ?? '', 'a')
let group: Array<{ body: string; answer: () => void }> = []

const server = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8').on('data', chunk => {
    body += chunk
  })
  request.on('end', () => {
    if (group.length === 0) setImmediate(flush)
    const answer = () => response.writeHead(201, { 'content-length': 2 }).end('{}')
    group.push({ body, answer })
  })
})

function flush(): void {
  const stored = group
  group = []
  writeSync(file, stored.map(({ body }) => `${body}\n`).join(''))
  fsyncSync(file)
  for (const { answer } of stored) answer()
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  process.stdout.write(`${JSON.stringify({ intake: `http://127.0.0.1:${port}` })}\n`)
})
