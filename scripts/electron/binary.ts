import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const PACKAGE = join(import.meta.dirname, '../../node_modules/electron')

/** Where Electron's executable is, or `undefined`. Asking never downloads it; importing `electron` in Node would. */
export function electronBinary(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const folder = environment.ELECTRON_OVERRIDE_DIST_PATH ?? join(PACKAGE, 'dist')
  const path = join(folder, executableName())
  return existsSync(path) ? path : undefined
}

/** Electron's own installer. */
export const ELECTRON_INSTALLER = join(PACKAGE, 'install.js')

export function electronVersion(): string {
  return JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')).version
}

function executableName(): string {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron'
  return process.platform === 'win32' ? 'electron.exe' : 'electron'
}
