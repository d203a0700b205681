import { linkOf, questionOf } from './deep-link.ts'
import { useSelection } from './selection-store.ts'

/** Keeps the address's fragment and the question in step: a link opens its question, a settled question shows in the link. */
export function followLink(): void {
  const take = () => {
    if (location.hash.replace(/^#/, '') !== linkOf(useSelection.getState().question)) {
      useSelection.getState().restore(questionOf(location.hash))
    }
  }
  if (location.hash !== '') take()
  window.addEventListener('hashchange', take)
  useSelection.subscribe((now, before) => {
    if (now.beforeGesture !== null || now.question === before.question) return
    history.replaceState(null, '', `#${linkOf(now.question)}`)
  })
}
