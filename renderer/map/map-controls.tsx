import { Expand, Minus, Plus } from 'lucide-react'
import { Button } from 'react-aria-components'
import { useView } from '../state/view-store.ts'
import { currentMap } from './current-map.ts'
import { showQuestion } from './map-following.ts'

export function MapControls() {
  const show = useView(state => state.show)
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
        Boundaries: PSA, NAMRIA, UN OCHA.{' '}
        <button type="button" onClick={() => show({ aboutOpen: true })}>
          Sources
        </button>
      </p>
    </>
  )
}
