import { pino } from 'pino'
import { createAgent } from '../../../../edge-agent/agent.ts'

// Changes the key of an enrolled agent again and again, until it is killed.
const [, , home = ''] = process.argv
const log = pino({ level: 'silent' })
const agent = createAgent({ home, port: 0, log, backoff: { baseMs: 1, capMs: 5, random: () => 0.5 } })
for (;;) await agent.rotateKey().catch(() => undefined)
