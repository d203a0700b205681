import { create } from 'zustand'
import { FIRST_QUESTION, type Question } from './question.ts'

const REMEMBERED = 100

interface SelectionState {
  readonly question: Question
  readonly past: readonly Question[]
  readonly future: readonly Question[]
  /** The question before a gesture that is still going on: one gesture is one step of undo. */
  readonly beforeGesture: Question | null
  /** Asks something else: one step of undo. Asking the same again is none. */
  ask(change: Partial<Question>): void
  /** Asks while a gesture moves; `settle` ends it. */
  preview(change: Partial<Question>): void
  settle(): void
  undo(): void
  redo(): void
  /** Takes a whole question over, as from a link, and forgets the steps. */
  restore(question: Question): void
}

export const useSelection = create<SelectionState>()((set, get) => ({
  question: FIRST_QUESTION,
  past: [],
  future: [],
  beforeGesture: null,
  ask: change => {
    const { question, beforeGesture, past } = get()
    const next = { ...question, ...change }
    const before = beforeGesture ?? question
    if (same(before, next)) set({ question: next, beforeGesture: null })
    else set({ question: next, past: remember(past, before), future: [], beforeGesture: null })
  },
  preview: change => {
    const { question, beforeGesture } = get()
    set({ question: { ...question, ...change }, beforeGesture: beforeGesture ?? question })
  },
  settle: () => get().ask({}),
  undo: () => {
    const { question, past, future } = get()
    const before = past.at(-1)
    if (before === undefined) return
    set({ question: before, past: past.slice(0, -1), future: [question, ...future], beforeGesture: null })
  },
  redo: () => {
    const { question, past, future } = get()
    const [next, ...rest] = future
    if (next === undefined) return
    set({ question: next, past: remember(past, question), future: rest, beforeGesture: null })
  },
  restore: question => set({ question, past: [], future: [], beforeGesture: null }),
}))

function remember(past: readonly Question[], question: Question): Question[] {
  return [...past.slice(1 - REMEMBERED), question]
}

function same(a: Question, b: Question): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
