import { execFile } from 'node:child_process'
import { join } from 'node:path'

interface Ended {
  readonly code: number | string | null
  readonly out: string
  readonly err: string
}

/** Runs a program of this repository to its end. */
export function runProgram(
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const path = join(import.meta.dirname, '../..', file)
  const env = { ...process.env, ...environment }
  return new Promise(resolve => {
    execFile(process.execPath, [path, ...args], { env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : (error.code ?? null), out, err })
    })
  })
}
