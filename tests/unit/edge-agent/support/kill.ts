import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** Runs a script, kills it `afterMs` after its first output, and gives all that it printed. */
export async function runAndKill(script: URL, args: readonly string[], afterMs: number): Promise<string> {
  const child = spawn(process.execPath, [fileURLToPath(script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  let output = ''
  child.stdout.on('data', chunk => {
    output += chunk
  })
  await Promise.race([once(child.stdout, 'data'), closed])
  await delay(afterMs)
  child.kill('SIGKILL')
  await closed
  return output
}
