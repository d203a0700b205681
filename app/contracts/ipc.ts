import { z } from 'zod'

/**
 * What the page may ask of Electron's main process. One entry a channel: its name is its key, arguments are parsed on
 * arrival, the sender is checked. In a browser the host implements the same interface without main.
 */
const appInfo = z.object({
  version: z.string(),
  platform: z.string(),
  /** The sync server that `/v1` is forwarded to; null until one was chosen. */
  serverUrl: z.url().nullable(),
  /** `memory`: the system offers no encryption, so the log-in ends with the application. Absent in a browser. */
  tokenStorage: z.enum(['encrypted', 'memory']).optional(),
})
export type AppInfo = z.infer<typeof appInfo>

/** Origin of a sync server, without a path. */
export const serverUrl = z
  .url({ protocol: /^https?$/ })
  .regex(/^https?:\/\/[^/?#]+\/?$/, 'only the address, without a path')

export const IPC = {
  'app:info': { request: z.tuple([]), response: appInfo },
  'server:choose': { request: z.tuple([serverUrl]), response: z.void() },
} as const satisfies Record<string, { request: z.ZodTuple; response: z.ZodType }>

export type IpcChannel = keyof typeof IPC
export type IpcRequest<C extends IpcChannel> = z.infer<(typeof IPC)[C]['request']>
export type IpcResponse<C extends IpcChannel> = z.infer<(typeof IPC)[C]['response']>

/** Commands that main's native menu sends to the page. */
export const menuCommand = z.enum(['sync', 'search', 'toggle-theme', 'about', 'sign-out'])
export type MenuCommand = z.infer<typeof menuCommand>
export const MENU_CHANNEL = 'menu:command'

/** What the preload puts on `window.scout`. */
export interface PreloadApi {
  /** Rejects with a `WireError` (see `fromWireError`): of an `Error` only the text would cross. */
  invoke<C extends IpcChannel>(channel: C, ...request: IpcRequest<C>): Promise<IpcResponse<C>>
  onMenuCommand(listener: (command: MenuCommand) => void): () => void
}
