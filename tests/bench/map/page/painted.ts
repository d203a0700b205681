import type { Map as MapLibre } from 'maplibre-gl'

/** Waits until the graphics card has drawn: reading a pixel back can only be answered after that. */
export function finishDrawing(map: MapLibre): void {
  const gl = map.getCanvas().getContext('webgl2')
  gl?.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4))
}

/** Milliseconds from before `act` to the end of the next frame that the map draws. */
export async function toNextFrame(map: MapLibre, act: () => void): Promise<number> {
  const start = performance.now()
  const drawn = new Promise<void>(resolve => map.once('render', () => resolve()))
  act()
  await drawn
  finishDrawing(map)
  return performance.now() - start
}

/** Milliseconds of `act` and a frame drawn at once, without waiting for the screen's next tick. */
export function drawnAtOnce(map: MapLibre, act: () => void): number {
  const start = performance.now()
  act()
  map.redraw()
  finishDrawing(map)
  return performance.now() - start
}
