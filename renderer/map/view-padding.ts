import type { Padding } from './choropleth-map.ts'

/** The legend stands at the left of the view. */
const LEGEND_ROOM = 196

/** Room to leave free around what is shown: panels lie over the map, which never changes its size for them. */
export function viewPadding(): Padding {
  const view = document.getElementById('view')?.getBoundingClientRect()
  const inspector = Number.parseInt(
    getComputedStyle(document.documentElement).getPropertyValue('--inspector-width'),
    10,
  )
  if (view === undefined) return { top: 80, right: 40, bottom: 190, left: 310 }
  const gap = 12
  return {
    top: view.top + gap,
    left: view.left + gap + LEGEND_ROOM,
    bottom: window.innerHeight - view.bottom + gap,
    // The inspector's room is kept free before it opens, so that what was flown to is not covered by it.
    right: Math.max(window.innerWidth - view.right, inspector) + gap,
  }
}
