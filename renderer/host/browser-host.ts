import { ScoutError } from '../../app/errors.ts'
import type { Host } from './host.ts'

export const browserHost: Host = {
  kind: 'browser',
  info: async () => ({ version: APP_VERSION, platform: 'browser', serverUrl: location.origin }),
  chooseServer: async () => {
    throw new ScoutError('ipc_refused', {
      message: 'In a browser the server is the one that Scout was opened from.',
    })
  },
  onMenuCommand: () => () => {},
  keepApplication: async () => {
    if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
    await navigator.serviceWorker.register('/service-worker.js', { type: 'module' })
  },
}

const APP_VERSION = import.meta.env.VITE_APP_VERSION ?? '0.1.0'
