import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ScoutError } from '../../../app/errors.ts'
import { Watchdog } from '../../../edge-agent/watchdog.ts'
import { eventually, silent, testAgent } from './support/agent.ts'
import { temporaryHome } from './support/home.ts'

const env = { NOTIFY_SOCKET: '/nowhere', WATCHDOG_USEC: '15000' }
const missing = ['systemd-notify', 'python3']
  .filter(command => spawnSync(command, ['--version']).status !== 0)
  .map(command => ` (skipped: ${command} is not installed)`)
  .join('')

function watch(probe: () => Promise<void>, environment: NodeJS.ProcessEnv = env) {
  const said: string[] = []
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const notify = async (message: string) => void said.push(message)
  const watchdog = new Watchdog({ probe, log: silent, notify, env: environment })
  return { said, stop, watchdog, pinging: watchdog.keepPinging(stop.signal) }
}

describe('the watchdog', () => {
  it('pings three times in its time while the outbox commits', async () => {
    const agent = testAgent()
    const { said, watchdog } = watch(() => agent.probe())
    expect(watchdog.everyMs).toBe(5)
    await eventually(() => expect(said.length).toBeGreaterThan(3))
    expect(new Set(said)).toEqual(new Set(['WATCHDOG=1']))
  })

  it('pings no more when the outbox hangs, or fails in a way that a new start may mend', async () => {
    let probes = 0
    const hanging = watch(() => (++probes > 2 ? new Promise(() => undefined) : Promise.resolve()))
    await eventually(() => expect(probes).toBe(3))
    const failing = watch(() => Promise.reject(new ScoutError('outbox_corrupt')))
    const full = watch(() => Promise.reject(new ScoutError('disk_full')))
    await eventually(() => expect(full.said.length).toBeGreaterThan(5))
    expect(hanging.said).toHaveLength(2)
    expect(failing.said).toEqual([])
  })

  it('says nothing where nobody listens', async () => {
    const { said, pinging, watchdog } = watch(() => Promise.resolve(), {})
    await pinging
    await watchdog.ready()
    expect(said).toEqual([])
  })

  it.skipIf(missing !== '')(`reaches the socket of systemd${missing}`, { timeout: 30_000 }, async () => {
    const socket = join(temporaryHome(), 'notify')
    const script = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('bound', flush=True)
while True: print(s.recv(4096).decode().replace('\\n', ' '), flush=True)`
    const listener = spawn('python3', ['-c', script, socket], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void listener.kill('SIGKILL'))
    let heard = ''
    listener.stdout.on('data', chunk => {
      heard += chunk
    })
    await once(listener.stdout, 'data')
    process.env.NOTIFY_SOCKET = socket
    onTestFinished(() => {
      delete process.env.NOTIFY_SOCKET
    })
    const stop = new AbortController()
    const watchdog = new Watchdog({
      probe: () => Promise.resolve(),
      log: silent,
      env: { ...env, NOTIFY_SOCKET: socket },
    })
    await watchdog.ready()
    const pinging = watchdog.keepPinging(stop.signal)
    await eventually(() => expect(heard).toContain('WATCHDOG=1'))
    stop.abort()
    await pinging
    expect(heard).toContain('READY=1')
  })
})
