import { pino } from 'pino'
import { onTestFinished, vi } from 'vitest'
import { type Agent, type AgentOptions, createAgent } from '../../../../edge-agent/agent.ts'
import { ContractServer } from './contract-server.ts'
import { temporaryHome } from './home.ts'

export const silent = pino({ level: 'silent' })
/** Retries at once, so that tests wait for nothing. */
const impatient = { baseMs: 1, capMs: 5, random: () => 0.5 }

/** An agent that is stopped after the test. */
export function testAgent(options: Partial<AgentOptions> = {}): Agent {
  const agent = createAgent({ home: temporaryHome(), port: 0, log: silent, backoff: impatient, ...options })
  onTestFinished(() => agent.stop())
  return agent
}

export async function testServer(
  options: ConstructorParameters<typeof ContractServer>[0] = {},
): Promise<ContractServer> {
  const server = await ContractServer.start(options)
  onTestFinished(() => server[Symbol.asyncDispose]())
  return server
}

/** An agent enrolled at a server of its own. */
export async function enrolledAgent(
  serverOptions: ConstructorParameters<typeof ContractServer>[0] = {},
  options: Partial<AgentOptions> = {},
): Promise<{ agent: Agent; server: ContractServer }> {
  const server = await testServer(serverOptions)
  const agent = testAgent(options)
  await agent.enrol({ server: server.url, claim: server.claim(), name: 'test device' })
  return { agent, server }
}

/** Waits for a condition, patiently: the machine may be busy. */
export async function eventually(condition: () => void): Promise<void> {
  await vi.waitFor(condition, { timeout: 15_000, interval: 10 })
}
