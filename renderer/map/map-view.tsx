import 'maplibre-gl/dist/maplibre-gl.css'
import './map-view.css'
import { useEffect, useRef } from 'react'
import { useDesk } from '../data/desk-context.ts'
import { useTheme } from '../state/theme-store.ts'
import { ChoroplethMap } from './choropleth-map.ts'
import { setCurrentMap } from './current-map.ts'
import { followStores } from './map-following.ts'
import { hoverAt, pick } from './pointing.ts'

/** Where MapLibre draws. What it shows follows the stores, past React: a painting never waits for a render. */
export function MapView() {
  const desk = useDesk()
  const container = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (container.current === null) return
    const map = new ChoroplethMap({
      container: container.current,
      theme: useTheme.getState().theme,
      boundaries: (level, detail) => desk.plane.cube.boundaries(level, detail),
      onHover: hoverAt,
      onPick: pick,
    })
    setCurrentMap(map)
    const stop = followStores(map)
    return () => {
      stop()
      setCurrentMap(null)
      map.dispose()
    }
  }, [desk])
  return <div className="map" ref={container} aria-hidden="true" />
}
