import { Expand, Minus, Plus } from 'lucide-react'
import { Button } from 'react-aria-components'
import { useData } from '../state/data-store.ts'
import { useView } from '../state/view-store.ts'
import { currentMap } from './current-map.ts'
import { showQuestion } from './map-following.ts'

export function MapControls() {
  const show = useView(state => state.show)
  // The first sentence names whose boundaries these are; the About box has the rest.
  const attribution = useData(state => state.catalogue?.pack.attribution.split('. ')[0] ?? '')
  return (
    <>
      <fieldset className="map-zoom" style={{ margin: 0, padding: 0 }}>
        <legend className="visually-hidden">Zoom</legend>
        <Button className="icon-button" aria-label="Zoom in" onPress={() => currentMap()?.zoomBy(1)}>
          <Plus size={16} aria-hidden />
        </Button>
        <Button className="icon-button" aria-label="Zoom out" onPress={() => currentMap()?.zoomBy(-1)}>
          <Minus size={16} aria-hidden />
        </Button>
        <Button className="icon-button" aria-label="Show the whole place" onPress={showQuestion}>
          <Expand size={15} aria-hidden />
        </Button>
      </fieldset>
      <p className="map-attribution">
        <span title={attribution}>{attribution}</span>{' '}
        <button type="button" onClick={() => show({ aboutOpen: true })}>
          Sources
        </button>
      </p>
    </>
  )
}
