import { once } from 'node:events'
import type { Agent } from '../agent.ts'
import type { Logger } from '../log.ts'
import type { FolderScan } from '../sources/folder.ts'
import { Watchdog } from '../watchdog.ts'

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

/**
 * Runs until SIGINT or SIGTERM, or until the agent cannot go on. `onReady` gets the address of the intake. systemd is told when it is ready,
 * and that it is alive for as long as it is.
 */
export async function runAgent(agent: Agent, log: Logger, onReady: (url: string) => void): Promise<void> {
  const watchdog = new Watchdog({ probe: () => agent.probe(), log })
  const over = new AbortController()
  try {
    await agent.start()
    onReady(agent.intakeUrl ?? '')
    await watchdog.ready()
    const pinging = watchdog.keepPinging(over.signal)
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), agent.ended])
    over.abort()
    await Promise.all([pinging, watchdog.stopping()])
  } finally {
    over.abort()
    await agent.stop()
  }
}
