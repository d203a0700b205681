import type { MenuItemConstructorOptions } from 'electron'
import type { MenuCommand } from '../../app/contracts/ipc.ts'

/** The native menu. What belongs to the page is sent to it as a command; the rest are Electron's own roles. */
export function menuTemplate(
  platform: NodeJS.Platform,
  send: (command: MenuCommand) => void,
): MenuItemConstructorOptions[] {
  const command = (label: string, name: MenuCommand, accelerator?: string): MenuItemConstructorOptions => ({
    id: name,
    label,
    click: () => send(name),
    ...(accelerator === undefined ? {} : { accelerator }),
  })
  const about = command('About Scout', 'about')
  const isMac = platform === 'darwin'
  const file: MenuItemConstructorOptions = {
    label: '&File',
    submenu: [
      command('&Sync now', 'sync', 'CommandOrControl+Shift+S'),
      { type: 'separator' },
      command('Sign &out', 'sign-out'),
      { type: 'separator' },
      isMac ? { role: 'close' } : { role: 'quit' },
    ],
  }
  const view: MenuItemConstructorOptions = {
    label: '&View',
    submenu: [
      command('&Find a place', 'search', 'CommandOrControl+F'),
      command('&Light or dark', 'toggle-theme'),
      { type: 'separator' },
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { type: 'separator' },
      { role: 'togglefullscreen' },
      { role: 'reload' },
    ],
  }
  const application: MenuItemConstructorOptions = {
    label: 'Scout',
    submenu: [
      about,
      { type: 'separator' },
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      { role: 'quit' },
    ],
  }
  return [
    ...(isMac ? [application] : []),
    file,
    { role: 'editMenu' },
    view,
    { role: 'windowMenu' },
    ...(isMac ? [] : [{ label: '&Help', submenu: [about] }]),
  ]
}
