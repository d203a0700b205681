import { create } from 'zustand'

/** How the window is laid out now. Not part of the question: neither undone nor linked. */
interface ViewState {
  readonly panelOpen: boolean
  readonly view: 'map' | 'table'
  readonly searchOpen: boolean
  readonly aboutOpen: boolean
  /** Ordinal of the place under the pointer or the keyboard's cursor, at the level in view. */
  readonly hovered: number | null
  show(change: Partial<Omit<ViewState, 'show'>>): void
}

export const useView = create<ViewState>()(set => ({
  panelOpen: true,
  view: 'map',
  searchOpen: false,
  aboutOpen: false,
  hovered: null,
  show: change => set(change),
}))
