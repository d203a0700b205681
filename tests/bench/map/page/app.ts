import '../../../../renderer/main.tsx'
import { currentMap } from '../../../../renderer/map/current-map.ts'
import { useChoropleth } from '../../../../renderer/state/choropleth-store.ts'
import { finishDrawing, toNextFrame } from './painted.ts'

/** Milliseconds of each sample, taken in turn. */
export interface BrushResults {
  readonly brush: number[]
  readonly repaint: number[]
}

const WARM_UP = 4
const SAMPLES = 21
/** More than a day is wide, so that every step asks something new. */
const STEP_PX = 12

/** Drags the period's end along the daily chart by real pointer events; each step is timed until its colours are drawn. */
async function run(): Promise<BrushResults> {
  const map = currentMap()?.map
  const chart = document.querySelector('.daily-canvas')
  if (map === undefined || chart === null) throw new Error('the application has not opened')
  const box = chart.getBoundingClientRect()
  const point = (type: string, x: number) =>
    chart.dispatchEvent(
      new PointerEvent(type, {
        bubbles: true,
        pointerId: 1,
        clientX: box.left + x,
        clientY: box.top + box.height / 2,
      }),
    )
  // Capture needs a pointer that the browser knows; these events are made here.
  Object.assign(chart, { setPointerCapture: () => undefined })
  const results: BrushResults = { brush: [], repaint: [] }
  let x = 200
  point('pointerdown', x)
  for (let i = -WARM_UP; i < SAMPLES; i++) {
    x += STEP_PX
    const repaint = await toNextFrame(map, () => map.triggerRepaint())
    const start = performance.now()
    const answered = new Promise<void>(resolve => {
      const stop = useChoropleth.subscribe(() => {
        stop()
        resolve()
      })
    })
    point('pointermove', x)
    await answered
    await new Promise<void>(resolve => map.once('render', () => resolve()))
    finishDrawing(map)
    const brush = performance.now() - start
    if (i < 0) continue
    results.brush.push(brush)
    results.repaint.push(repaint)
  }
  point('pointerup', x)
  return results
}

const mapIsIdle = () => {
  const map = currentMap()?.map
  if (map === undefined) return false
  return map.areTilesLoaded() && !map.isMoving() && map.getSource('province-low') !== undefined
}

Object.assign(window, { runBrushBench: run, mapIsIdle })
