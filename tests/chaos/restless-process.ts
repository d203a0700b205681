import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** A program of ours that is killed without warning and started again. Its first line of output says that it is ready. */
export class RestlessProcess {
  readonly #command: readonly string[]
  readonly #env: Readonly<Record<string, string>>
  #child: ChildProcess | undefined
  #errors = ''
  kills = 0
  /** The most resident memory it was ever seen with, MiB. */
  peakMiB = 0

  constructor(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#command = command
    this.#env = env
  }

  /** The last that it wrote to standard error, over all its lives. */
  get errors(): string {
    return this.#errors
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Starts it and gives its first line; throws when it ends before that. */
  async start(): Promise<string> {
    const child = spawn(process.execPath, this.#command, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.#env },
    })
    this.#child = child
    child.stderr.on('data', chunk => {
      this.#errors = (this.#errors + chunk).slice(-4_000)
    })
    const lines = createInterface({ input: child.stdout })
    const first = await Promise.race([
      once(lines, 'line').then(([line]) => String(line)),
      once(child, 'exit').then(() => undefined),
    ])
    if (first === undefined) throw new Error(`it ended before it was ready: ${this.#errors}`)
    // The pipe must not fill up.
    lines.on('line', () => undefined)
    return first
  }

  /** As a power cut would end it. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
    this.kills += 1
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  /** Looks at its memory now. */
  measure(): void {
    if (!this.running) return
    try {
      const status = readFileSync(`/proc/${this.#child?.pid}/status`, 'utf8')
      const [, kib] = /VmHWM:\s+(\d+) kB/.exec(status) ?? []
      this.peakMiB = Math.max(this.peakMiB, Number(kib ?? 0) / 1024)
    } catch {
      // It has just ended, or this system has no /proc.
    }
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.measure()
    const child = this.#child
    if (child === undefined || !this.running) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }
}
