import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { LoadOrder, LoadReport } from './orders.ts'

const REPOSITORY = join(import.meta.dirname, '../../..')

export interface ServerProcess {
  readonly url: string
  /** The most resident memory it ever had, bytes. */
  peakRss(): number
  stop(): Promise<void>
}

/** `scout serve`, as a person starts it. */
export async function startServerProcess(databaseUrl: string, home: string): Promise<ServerProcess> {
  const child = spawn(
    process.execPath,
    [
      ...(process.env.BENCH_SERVER_FLAGS?.split(' ') ?? []),
      join(REPOSITORY, 'sync-server/cli.ts'),
      'serve',
      ...['--database-url', databaseUrl, '--home', home, '--port', '0', '--log-level', 'error', '--json'],
    ],
    { cwd: home, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const { url } = JSON.parse(String(line))
  return { url, peakRss: () => peakRssOf(child), stop: () => ended(child, () => child.kill('SIGTERM')) }
}

function peakRssOf(child: ChildProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024
}

export interface LoadProcess {
  obey(order: LoadOrder): Promise<LoadReport | null>
  stop(): Promise<void>
}

export function startLoadProcess(): LoadProcess {
  const child = fork(join(import.meta.dirname, 'load.ts'))
  return {
    async obey(order) {
      child.send(order)
      const [answer] = await once(child, 'message')
      if ('failed' in answer) throw new Error(answer.failed)
      return answer.report
    },
    stop: () => ended(child, () => child.disconnect()),
  }
}

async function ended(child: ChildProcess, end: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  end()
  await exited
}
