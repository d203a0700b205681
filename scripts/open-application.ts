import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { electronBinary } from './electron/binary.ts'

/**
 * Opens the application where there is a screen: in Electron when its binary is installed, else in the system's browser.
 * Nothing is downloaded here.
 *
 * @returns what was opened, or null when there is no screen.
 */
export function openApplication(url: string, root: string): 'electron' | 'browser' | null {
  if (!hasScreen()) return null
  const electron = electronBinary()
  if (electron !== undefined && existsSync(join(root, 'dist/main/main.js'))) {
    detach(electron, [root], { SCOUT_SERVER_URL: url })
    return 'electron'
  }
  const [command, ...args] = BROWSER[process.platform] ?? ['xdg-open']
  detach(command, [...args, url])
  return 'browser'
}

const BROWSER: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
}

function hasScreen(): boolean {
  if (process.platform !== 'linux') return true
  return Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY)
}

function detach(command: string, args: readonly string[], env: Record<string, string> = {}): void {
  const child = spawn(command, args, { detached: true, stdio: 'ignore', env: { ...process.env, ...env } })
  // Without a browser to open there is still the printed address.
  child.on('error', () => undefined)
  child.unref()
}
