import { useEffect } from 'react'
import type { MenuCommand } from '../../app/contracts/ipc.ts'
import type { Desk } from '../data/desk.ts'
import { useDesk } from '../data/desk-context.ts'
import { backOut } from '../state/navigation.ts'
import { useSelection } from '../state/selection-store.ts'
import { useTheme } from '../state/theme-store.ts'
import { useView } from '../state/view-store.ts'

/** Keys that work everywhere: `/` and Ctrl/⌘ K search, Ctrl/⌘ Z undoes, Esc backs out, T shows the table. */
export function useShortcuts(): void {
  const desk = useDesk()
  useEffect(() => {
    document.addEventListener('keydown', pressed)
    const stop = desk.host.onMenuCommand(command => obey(command, desk))
    return () => {
      document.removeEventListener('keydown', pressed)
      stop()
    }
  }, [desk])
}

function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || document.querySelector('[role="dialog"]') !== null) return
  const action = actionFor(event)
  if (action === undefined) return
  event.preventDefault()
  action()
}

function actionFor(event: KeyboardEvent): (() => void) | undefined {
  const { show, view } = useView.getState()
  const { undo, redo } = useSelection.getState()
  const key = event.key.toLowerCase()
  if (event.ctrlKey || event.metaKey) {
    if (key === 'k') return () => show({ searchOpen: true })
    if (key === 'z') return event.shiftKey ? redo : undo
    if (key === 'y') return redo
    return undefined
  }
  if (event.altKey || isTyping(event.target)) return undefined
  if (key === '/') return () => show({ searchOpen: true })
  if (key === 'escape') return backOut
  if (key === 't') return () => show({ view: view === 'map' ? 'table' : 'map' })
  return undefined
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && target.type !== 'radio' && target.type !== 'checkbox'
}

function obey(command: MenuCommand, desk: Desk): void {
  const { theme, choose } = useTheme.getState()
  switch (command) {
    case 'sync':
      void desk.sync()
      return
    case 'search':
      useView.getState().show({ searchOpen: true })
      return
    case 'toggle-theme':
      choose(theme === 'dark' ? 'light' : 'dark')
      return
    case 'about':
      useView.getState().show({ aboutOpen: true })
      return
    case 'sign-out':
      void desk.logOut()
  }
}
