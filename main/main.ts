import { join, resolve } from 'node:path'
import { app, type BrowserWindow, dialog, ipcMain, Menu, protocol, session } from 'electron'
import { MENU_CHANNEL } from '../app/contracts/ipc.ts'
import { ATTRIBUTION } from './attribution.ts'
import { deepLinkHash, deepLinkOf, LINK_SCHEME } from './deep-link.ts'
import { forwarder } from './forward/forwarder.ts'
import { dispatch, IPC_CHANNELS } from './ipc/dispatcher.ts'
import { ipcHandlers } from './ipc/handlers.ts'
import { keyStore } from './key-store.ts'
import { profileOf, serverOf } from './launch-options.ts'
import { openLog } from './log.ts'
import { APP_PRIVILEGES, APP_SCHEME } from './origin.ts'
import { appProtocol } from './protocol.ts'
import { openTokenJar } from './secrets.ts'
import { openSettings } from './settings.ts'
import { staticFiles } from './static/static-files.ts'
import { lockContents, lockSession } from './windows/lock-down.ts'
import { openMainWindow, pageAt } from './windows/main-window.ts'
import { menuTemplate } from './windows/menu.ts'

// All of it only before `ready`, so it stands before anything that waits.
const profile = profileOf(process.argv)
if (profile !== undefined) app.setPath('userData', resolve(profile))
app.enableSandbox()
protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges: APP_PRIVILEGES }])

const inProfile = (name: string) => join(app.getPath('userData'), name)

let window: BrowserWindow | undefined
/** A link that came before there was a window. */
let waitingLink = deepLinkOf(process.argv)
let started = false

if (app.requestSingleInstanceLock()) {
  lockContents(app)
  app.on('second-instance', (_event, argv) => show(deepLinkOf(argv)))
  app.on('open-url', (event, link) => {
    event.preventDefault()
    show(link)
  })
  app.on('activate', () => show(undefined))
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  app.whenReady().then(start).catch(fail)
} else {
  app.quit()
}

async function start(): Promise<void> {
  const log = openLog(app.getPath('logs'))
  const settings = await openSettings(inProfile('settings.json'), serverOf(process.argv, process.env))
  const tokens = await openTokenJar(inProfile('tokens.json'), keyStore, log)
  if (tokens.storage === 'memory')
    log('The system offers no encryption: the log-in ends with the application.')

  app.on('render-process-gone', (_event, _contents, details) => log(`The page ended: ${details.reason}`))
  app.on('child-process-gone', (_event, details) => log(`A ${details.type} process ended: ${details.reason}`))

  lockSession(session.defaultSession)
  // In memory and apart from the page's session, which may load nothing from the network.
  const network = session.fromPartition('server')
  protocol.handle(
    APP_SCHEME,
    appProtocol({
      files: staticFiles(join(import.meta.dirname, '../renderer')),
      server: forwarder({
        fetch: (address, init) => network.fetch(address, init),
        serverOrigin: settings.serverOrigin,
        tokens,
      }),
      onError: log,
    }),
  )

  const handlers = ipcHandlers({
    version: app.getVersion(),
    platform: process.platform,
    settings,
    tokenStorage: tokens.storage,
  })
  for (const channel of IPC_CHANNELS) {
    ipcMain.handle(channel, ({ senderFrame }, ...request: unknown[]) => {
      const frame = senderFrame && { origin: senderFrame.origin, isTop: senderFrame.parent === null }
      return dispatch(handlers, channel, { frame }, request, log)
    })
  }

  app.setAboutPanelOptions({ applicationName: 'Scout', copyright: ATTRIBUTION })
  const menu = menuTemplate(process.platform, command => window?.webContents.send(MENU_CHANNEL, command))
  Menu.setApplicationMenu(Menu.buildFromTemplate(menu))
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME)
  started = true
  show(waitingLink)
}

/** Brings the window to the front, at the place that a link names; opens it where there is none. */
function show(link: string | undefined): void {
  if (!started) {
    waitingLink = link ?? waitingLink
    return
  }
  const hash = link === undefined ? undefined : deepLinkHash(link)
  if (window === undefined) {
    window = openMainWindow(inProfile('window.json'))
    window.once('closed', () => {
      window = undefined
    })
    window.loadURL(pageAt(hash)).catch(fail)
    return
  }
  if (window.isMinimized()) window.restore()
  window.focus()
  // Within the page: its own history, so a step back leads to where the person was.
  if (hash !== undefined) void window.webContents.executeJavaScript(`location.hash = ${JSON.stringify(hash)}`)
}

function fail(error: unknown): void {
  dialog.showErrorBox('Scout could not start', error instanceof Error ? error.message : String(error))
  app.exit(1)
}
