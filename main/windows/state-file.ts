import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type WindowState, windowState } from './window-state.ts'

/** How the window was left; `undefined` the first time, or when the file says nothing that makes sense. */
export function readWindowState(path: string): WindowState | undefined {
  try {
    return windowState.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return undefined
  }
}

/** Synchronous: it is written while the window closes, and the process may end right after. */
export function writeWindowState(path: string, state: WindowState): void {
  mkdirSync(dirname(path), { recursive: true })
  const temporary = `${path}.new`
  writeFileSync(temporary, JSON.stringify(state), { mode: 0o600 })
  renameSync(temporary, path)
}
