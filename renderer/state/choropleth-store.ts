import { create } from 'zustand'
import { type Choropleth, choroplethOf } from './choropleth.ts'
import { useData } from './data-store.ts'
import { useSelection } from './selection-store.ts'
import { useSession } from './session-store.ts'

/** The newest painting in the classes asked for: derived once, read by map, legend, inspector and table. */
export const useChoropleth = create<{ readonly choropleth: Choropleth | null }>()(() => ({
  choropleth: null,
}))

/** Derives anew whenever a painting arrives or the classes asked for change. */
export function followPaintings(): () => void {
  const derive = () => {
    const { painted, catalogue } = useData.getState()
    const { classing } = useSelection.getState().question
    const scope = useSession.getState().profile?.regions ?? null
    useChoropleth.setState({
      choropleth:
        painted === null || catalogue === null ? null : choroplethOf(painted, classing, catalogue, scope),
    })
  }
  const stopData = useData.subscribe((now, before) => {
    if (now.painted !== before.painted || now.catalogue !== before.catalogue) derive()
  })
  const stopSelection = useSelection.subscribe((now, before) => {
    if (now.question.classing !== before.question.classing) derive()
  })
  return () => {
    stopData()
    stopSelection()
  }
}
