import '../../../../renderer/design/tokens.css'
import type { FeatureCollection } from 'geojson'
import type { GeoJSONSource } from 'maplibre-gl'
import { ChoroplethMap } from '../../../../renderer/map/choropleth-map.ts'
import { swatchCode } from '../../../../renderer/state/choropleth.ts'
import { drawnAtOnce, finishDrawing, toNextFrame } from './painted.ts'

/** Milliseconds of each sample, taken in turn. */
export interface RecolourResults {
  readonly polygons: number
  readonly script: number[]
  readonly recolour: number[]
  readonly repaint: number[]
  readonly recolourFrame: number[]
  readonly setDataFrame: number[]
}

const WARM_UP = 5
const SAMPLES = 25
const SLOW_SAMPLES = 7
const CLASSES = 5
const PHILIPPINES = [116.9, 4.6, 126.7, 21] as const

/** The product's own map at the country view with all cities and municipalities; every one changes its class each time. */
async function run(): Promise<RecolourResults> {
  const container = document.getElementById('map')
  if (container === null) throw new Error('no place for the map')
  // Medium detail, as the map shows it from close by.
  const url = '/bench/city-medium.geojson'
  const map = new ChoroplethMap({
    container,
    theme: 'light',
    boundaries: async () => url,
    onHover: () => undefined,
    onPick: () => undefined,
  })
  const data = (await (await fetch(url)).json()) as FeatureCollection
  const polygons = data.features.length
  let turn = 0
  const codes = () => {
    turn++
    return Uint8Array.from({ length: polygons }, (_, i) => swatchCode(CLASSES, (i + turn) % CLASSES))
  }
  map.goTo(PHILIPPINES, 'jump')
  await map.show('city')
  map.paint('city', codes())
  await map.map.once('idle')

  const results: RecolourResults = {
    polygons,
    script: [],
    recolour: [],
    repaint: [],
    recolourFrame: [],
    setDataFrame: [],
  }
  for (let i = -WARM_UP; i < SAMPLES; i++) {
    const repaint = drawnAtOnce(map.map, () => undefined)
    const next = codes()
    let script = 0
    const recolour = drawnAtOnce(map.map, () => {
      const start = performance.now()
      const changed = map.paint('city', next)
      script = performance.now() - start
      if (changed !== polygons) throw new Error(`${changed} of ${polygons} polygons changed`)
    })
    if (i < 0) continue
    results.repaint.push(repaint)
    results.recolour.push(recolour)
    results.script.push(script)
  }
  const source = map.map.getSource('city-low') as GeoJSONSource
  for (let i = -1; i < SLOW_SAMPLES; i++) {
    const next = codes()
    const recolour = await toNextFrame(map.map, () => map.paint('city', next))
    for (const feature of data.features) feature.properties = { ...feature.properties, value: Math.random() }
    const start = performance.now()
    await source.setData(data)
    await map.map.once('idle')
    finishDrawing(map.map)
    if (i < 0) continue
    results.recolourFrame.push(recolour)
    results.setDataFrame.push(performance.now() - start)
  }
  return results
}

Object.assign(window, { runRecolourBench: run })
