import type { AppInfo, MenuCommand } from '../../app/contracts/ipc.ts'

/** What surrounds the page: a browser tab or Electron's main process. The page's code is the same in both. */
export interface Host {
  readonly kind: 'browser' | 'electron'
  info(): Promise<AppInfo>
  /** Forwards `/v1` to another sync server from now on. A browser has one server, the one it was loaded from. */
  chooseServer(url: string): Promise<void>
  onMenuCommand(listener: (command: MenuCommand) => void): () => void
  /** Makes the application itself open without a network, where the host does not already. */
  keepApplication(): Promise<void>
}
