import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { pino } from 'pino'
import { createAgent } from '../../../../edge-agent/agent.ts'
import { posText } from './sales.ts'

// How many sales a second the agent accepts: `node tests/unit/edge-agent/support/measure.ts [sales]`. One JSON object a line.
const sales = Number(process.argv[2] ?? 20_000)
const home = mkdtempSync(join(tmpdir(), 'scout-measure-'))
const folder = join(home, 'inbox')
mkdirSync(folder)
const agent = createAgent({ home, folder, port: 0, log: pino({ level: 'silent' }) })

async function measure(name: string, count: number, work: () => Promise<unknown>): Promise<void> {
  const before = agent.status().waiting
  const started = performance.now()
  await work()
  const seconds = (performance.now() - started) / 1000
  const taken = agent.status().waiting - before
  if (taken !== count) throw new Error(`${name}: ${taken} of ${count}`)
  process.stdout.write(`${JSON.stringify({ name, sales: count, per_s: Math.round(count / seconds) })}\n`)
}

try {
  writeFileSync(
    join(folder, 'a.jsonl'),
    Array.from({ length: sales }, (_, index) => `${posText(index)}\n`).join(''),
  )
  await measure('folder, one file of lines', sales, () => agent.scanFolder())
  const files = Math.min(sales, 5_000)
  for (let index = 0; index < files; index++) writeFileSync(join(folder, `b${index}.json`), posText(index))
  await measure('folder, a file a sale', files, () => agent.scanFolder())
  await agent.start()
  const url = `${agent.intakeUrl}/v1/sales`
  await measure('intake, one sale at a time', Math.min(sales, 5_000), () =>
    post(url, Math.min(sales, 5_000), 1, 1),
  )
  await measure('intake, 32 tills, one sale a request', sales, () => post(url, sales, 1, 32))
  await measure('intake, 100 sales a request', sales, () => post(url, sales, 100, 4))
} finally {
  await agent.stop()
  rmSync(home, { recursive: true, force: true })
}

/** The tills have a thread of their own, as they have a process of their own in a shop. */
async function post(url: string, count: number, each: number, tills: number): Promise<void> {
  const worker = new Worker(new URL('./tills.ts', import.meta.url), {
    workerData: { url, count, each, tills },
  })
  await once(worker, 'exit')
}
