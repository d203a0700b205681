import type { TokenStorage } from '../secrets.ts'
import type { Settings } from '../settings.ts'
import type { IpcHandlers } from './dispatcher.ts'

export interface HandlerParts {
  readonly version: string
  readonly platform: string
  readonly settings: Settings
  readonly tokenStorage: TokenStorage
}

export function ipcHandlers({ version, platform, settings, tokenStorage }: HandlerParts): IpcHandlers {
  return {
    'app:info': () => ({ version, platform, serverUrl: settings.serverOrigin(), tokenStorage }),
    'server:choose': address => settings.chooseServer(address),
  }
}
