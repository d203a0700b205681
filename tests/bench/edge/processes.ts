import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const HERE = import.meta.dirname

/** Something that takes sales, in a process of its own. */
export class Intake implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly url: string

  constructor(child: ChildProcess, url: string) {
    this.#process = child
    this.url = url
  }

  /** Resident memory as the kernel counts it. */
  get residentBytes(): number {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#process, 'exit')
    this.#process.kill('SIGTERM')
    await gone
  }
}

/** Starts a script that prints `{"intake": URL}` when it listens. */
export async function startIntake(
  script: string,
  args: readonly string[],
  runtimeOptions: readonly string[] = [],
): Promise<Intake> {
  const child = spawn(process.execPath, [...runtimeOptions, script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`${script} ended with ${code}`))),
  ])
  return new Intake(child, JSON.parse(String(line)).intake)
}

export const startBareServer = (file: string) => startIntake(join(HERE, 'bare-server.ts'), [file])

/** Sales answered a second, with so many requests under way, from a process of its own. */
export async function salesPerSecond(
  url: string,
  seconds: number,
  inFlight: number,
  first: number,
): Promise<number> {
  const args = [join(HERE, 'tills.ts'), `${url}/v1/sales`, String(seconds), String(inFlight), String(first)]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const { answered, refused, seconds: took } = JSON.parse(stdout)
  if (refused > 0) throw new Error(`${refused} sales were refused`)
  return answered / took
}
