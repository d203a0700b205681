import type { PreloadApi } from '../../app/contracts/ipc.ts'
import type { Host } from './host.ts'

/** The desktop shell, through the preload script. Its own protocol serves the application, so there is nothing to keep. */
export function electronHost(scout: PreloadApi): Host {
  return {
    kind: 'electron',
    info: () => scout.invoke('app:info'),
    chooseServer: url => scout.invoke('server:choose', url),
    onMenuCommand: listener => scout.onMenuCommand(listener),
    keepApplication: async () => {},
  }
}
