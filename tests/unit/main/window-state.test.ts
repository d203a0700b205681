import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readWindowState, writeWindowState } from '../../../main/windows/state-file.ts'
import { placeWindow, type Rectangle } from '../../../main/windows/window-state.ts'

const laptop: Rectangle = { x: 0, y: 25, width: 1440, height: 875 }
const right: Rectangle = { x: 1440, y: 0, width: 1920, height: 1080 }
const left: Rectangle = { x: -1920, y: 0, width: 1920, height: 1080 }

describe('the window', () => {
  it('opens in the middle of the first display at first', () => {
    expect(placeWindow(undefined, [laptop, right])).toEqual({
      x: 80,
      y: 63,
      width: 1280,
      height: 800,
      maximized: false,
    })
  })

  it('opens where it was left, on any display that is still there', () => {
    for (const [x, areas] of [
      [100, [laptop]],
      [1600, [laptop, right]],
      [-1800, [laptop, left]],
    ] as const) {
      const state = { x, y: 60, width: 1000, height: 700, maximized: true }
      expect(placeWindow(state, areas)).toEqual(state)
    }
  })

  it.each([
    ['its display is gone', { x: 1600, y: 60 }],
    ['it hangs out too far to the right', { x: 1400, y: 60 }],
    ['its title bar is above the work area', { x: 100, y: 0 }],
    ['its title bar is below the screen', { x: 100, y: 890 }],
  ])('comes back to the middle when %s', (_why, place) => {
    expect(placeWindow({ ...place, width: 1000, height: 700, maximized: false }, [laptop])).toEqual({
      x: 220,
      y: 113,
      width: 1000,
      height: 700,
      maximized: false,
    })
  })

  it('is never larger than the display, nor too small to use', () => {
    const huge = placeWindow({ x: 0, y: 25, width: 9000, height: 9000, maximized: false }, [laptop])
    expect([huge.width, huge.height]).toEqual([1440, 875])
    const tiny = placeWindow({ x: 0, y: 25, width: 10, height: 10, maximized: false }, [laptop])
    expect([tiny.width, tiny.height]).toEqual([720, 480])
    const small = placeWindow(undefined, [{ x: 0, y: 0, width: 640, height: 400 }])
    expect([small.width, small.height]).toEqual([640, 400])
  })

  it('can always be reached by the mouse, wherever it was left', () => {
    const number = fc.integer({ min: -5000, max: 5000 })
    const size = fc.integer({ min: 1, max: 5000 })
    const areas = [laptop, right, left] as const
    fc.assert(
      fc.property(number, number, size, size, (x, y, width, height) => {
        const placed = placeWindow({ x, y, width, height, maximized: false }, areas)
        const reachable = areas.some(
          area =>
            placed.y >= area.y &&
            placed.y < area.y + area.height &&
            placed.x < area.x + area.width &&
            placed.x + placed.width > area.x,
        )
        expect(reachable).toBe(true)
      }),
    )
  })
})

describe('its file', () => {
  it('gives back what was written, and nothing of what makes no sense', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'scout-window-'))
    const path = join(folder, 'profile', 'window.json')
    const state = { x: -10, y: 5, width: 800, height: 600, maximized: true }
    expect(readWindowState(path)).toBeUndefined()
    writeWindowState(path, state)
    expect(readWindowState(path)).toEqual(state)
    expect(await readdir(join(folder, 'profile'))).toEqual(['window.json'])
    for (const text of [
      '',
      '{',
      '[]',
      '{"x":"1"}',
      JSON.stringify({ ...state, width: -1 }),
      JSON.stringify({ ...state, x: 1.5 }),
    ]) {
      await writeFile(path, text)
      expect(readWindowState(path)).toBeUndefined()
    }
    await rm(folder, { recursive: true })
  })
})
