import type { MenuItemConstructorOptions } from 'electron'
import { expect, it } from 'vitest'
import { menuCommand } from '../../../app/contracts/ipc.ts'
import { menuTemplate } from '../../../main/windows/menu.ts'

const entries = (items: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
  items.flatMap(item => [item, ...(Array.isArray(item.submenu) ? entries(item.submenu) : [])])

it.each(['linux', 'win32', 'darwin'] as const)('reaches every command of the page on %s', platform => {
  const sent: string[] = []
  const items = entries(menuTemplate(platform, command => sent.push(command))).filter(
    item => item.click !== undefined,
  )
  for (const item of items) Reflect.apply(item.click ?? (() => undefined), undefined, [])
  expect(sent.toSorted()).toEqual([...menuCommand.options].sort())
})
