import { create } from 'zustand'

export const THEME_CHOICES = ['system', 'light', 'dark'] as const
export type ThemeChoice = (typeof THEME_CHOICES)[number]
export type Theme = 'light' | 'dark'

const KEY = 'scout.theme'
const systemDark = matchMedia('(prefers-color-scheme: dark)')

interface ThemeState {
  readonly choice: ThemeChoice
  readonly theme: Theme
  choose(choice: ThemeChoice): void
}

export const useTheme = create<ThemeState>()(set => ({
  ...chosen(),
  choose: choice => {
    set({ choice, theme: themeOf(choice) })
    storage()?.setItem(KEY, choice)
  },
}))

function chosen(): { choice: ThemeChoice; theme: Theme } {
  const choice = THEME_CHOICES.find(known => known === storage()?.getItem(KEY)) ?? 'system'
  return { choice, theme: themeOf(choice) }
}

/** Nothing where the browser denies the site its storage: reading the property alone throws there. */
function storage(): Storage | undefined {
  try {
    return localStorage
  } catch {
    return undefined
  }
}

function themeOf(choice: ThemeChoice): Theme {
  if (choice !== 'system') return choice
  return systemDark.matches ? 'dark' : 'light'
}

/** Keeps the document's theme in step with the choice and the system. */
export function followTheme(): void {
  const show = () => {
    document.documentElement.dataset.theme = useTheme.getState().theme
  }
  systemDark.addEventListener('change', () =>
    useTheme.setState({ theme: themeOf(useTheme.getState().choice) }),
  )
  useTheme.subscribe(show)
  show()
}
