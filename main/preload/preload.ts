import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron'
import type {
  IpcChannel,
  IpcRequest,
  IpcResponse,
  MENU_CHANNEL,
  MenuCommand,
  PreloadApi,
} from '../../app/contracts/ipc.ts'
import type { IpcReply } from '../ipc/dispatcher.ts'

/*
 * Runs sandboxed beside the page and gives it `window.scout`: named channels, nothing of Electron itself. The contract is imported
 * as types only, so that no library is loaded before the page.
 */
const CHANNELS: Record<IpcChannel, true> = { 'app:info': true, 'server:choose': true }
const MENU: typeof MENU_CHANNEL = 'menu:command'

const api: PreloadApi = {
  async invoke<C extends IpcChannel>(channel: C, ...request: IpcRequest<C>) {
    if (!Object.hasOwn(CHANNELS, channel)) throw new TypeError(`There is no channel ${String(channel)}`)
    const reply: IpcReply<IpcResponse<C>> = await ipcRenderer.invoke(channel, ...request)
    // Of an `Error` only its text crosses to the page: the wire error crosses as the plain value that it is.
    return reply.ok ? reply.value : await Promise.reject(reply.error)
  },
  onMenuCommand(listener) {
    const onMessage = (_event: IpcRendererEvent, command: MenuCommand) => listener(command)
    ipcRenderer.on(MENU, onMessage)
    return () => {
      ipcRenderer.off(MENU, onMessage)
    }
  },
}

contextBridge.exposeInMainWorld('scout', api)
