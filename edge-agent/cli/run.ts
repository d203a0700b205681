import { once } from 'node:events'
import type { Agent } from '../agent.ts'
import type { FolderScan } from '../sources/folder.ts'

export interface OnceReport extends FolderScan {
  readonly sent: number
  readonly waiting: number
}

/** Takes in what lies in the folder, sends until nothing waits, and stops. A signal abandons it; nothing is lost. */
export async function runOnce(agent: Agent): Promise<OnceReport> {
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  try {
    const scan = await agent.scanFolder()
    const sent = await agent.drain({ signal: stop.signal })
    return { ...scan, sent, waiting: agent.status().waiting }
  } finally {
    await agent.stop()
  }
}

/** Runs until SIGINT or SIGTERM, or until the agent cannot go on. `onReady` gets the address of the intake. */
export async function runAgent(agent: Agent, onReady: (url: string) => void): Promise<void> {
  try {
    await agent.start()
    onReady(agent.intakeUrl ?? '')
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), agent.ended])
  } finally {
    await agent.stop()
  }
}
