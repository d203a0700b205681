import 'maplibre-gl/dist/maplibre-gl.css'
import { Map as MapLibre, setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { finishDrawing } from './painted.ts'

setWorkerUrl(workerUrl)

/** The least that shows the same boundaries at the same view: one source, a fill and a line. */
const map = new MapLibre({
  container: 'map',
  attributionControl: false,
  renderWorldCopies: false,
  bounds: [116.9, 4.6, 126.7, 21],
  style: {
    version: 8,
    sources: { places: { type: 'geojson', data: `/bench/${location.hash.slice(1)}-low.geojson` } },
    layers: [
      { id: 'fill', type: 'fill', source: 'places', paint: { 'fill-color': '#4aa3ab' } },
      { id: 'line', type: 'line', source: 'places', paint: { 'line-color': '#ffffff', 'line-width': 0.5 } },
    ],
  },
})
map.on('render', () => {
  if (performance.getEntriesByName('first-choropleth').length > 0 || !map.isSourceLoaded('places')) return
  finishDrawing(map)
  performance.mark('first-choropleth')
})
