import type { PreloadApi } from '../../app/contracts/ipc.ts'
import { browserHost } from './browser-host.ts'
import { electronHost } from './electron-host.ts'

declare global {
  interface Window {
    /** Put there by Electron's preload script; absent in a browser. */
    readonly scout?: PreloadApi
  }
}

export const host = window.scout === undefined ? browserHost : electronHost(window.scout)
