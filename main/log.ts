import { appendFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'

const LARGEST_BYTES = 1024 * 1024

/** Opens the log of main: one line an event, the older megabyte kept beside it. Never given tokens, bodies or addresses with queries. */
export function openLog(directory: string): (event: unknown) => void {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, 'scout.log')
  if (existsSync(path) && statSync(path).size > LARGEST_BYTES)
    renameSync(path, join(directory, 'scout.1.log'))
  return event => {
    const text = event instanceof Error ? (event.stack ?? event.message) : String(event)
    const line = `${JSON.stringify({ time: new Date().toISOString(), text })}\n`
    process.stderr.write(line)
    appendFileSync(path, line)
  }
}
