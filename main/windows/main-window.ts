import { join } from 'node:path'
import { BrowserWindow, nativeTheme, screen } from 'electron'
import { APP_PAGE } from '../origin.ts'
import { readWindowState, writeWindowState } from './state-file.ts'
import { placeWindow, SMALLEST } from './window-state.ts'

/** Opens the application's one window where it was left, and remembers how it is left next. It shows once there is a page. */
export function openMainWindow(stateFile: string): BrowserWindow {
  const primary = screen.getPrimaryDisplay()
  const others = screen.getAllDisplays().filter(display => display.id !== primary.id)
  const { maximized, ...bounds } = placeWindow(readWindowState(stateFile), [
    primary.workArea,
    ...others.map(display => display.workArea),
  ])
  const window = new BrowserWindow({
    ...bounds,
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    title: 'Scout',
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#111827' : '#ffffff',
    webPreferences: {
      preload: join(import.meta.dirname, 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  })
  window.once('ready-to-show', () => {
    if (maximized) window.maximize()
    window.show()
  })
  window.on('close', () => {
    writeWindowState(stateFile, { ...window.getNormalBounds(), maximized: window.isMaximized() })
  })
  return window
}

export function pageAt(hash: string | undefined): string {
  return hash === undefined ? APP_PAGE : `${APP_PAGE}#${hash}`
}
