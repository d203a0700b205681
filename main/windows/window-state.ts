import { z } from 'zod'

/** In density-independent pixels, as Electron counts. */
export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** How the window was left. The bounds are those of the window when it is not maximised. */
export const windowState = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().positive(),
  height: z.int().positive(),
  maximized: z.boolean(),
})
export type WindowState = z.infer<typeof windowState>

export const SMALLEST = { width: 720, height: 480 } as const
const USUAL = { width: 1280, height: 800 } as const
/** So much of the title bar must be within reach of the mouse. */
const GRIP = { width: 120, height: 32 } as const

/**
 * Where the window opens: where it was left, as far as a display is still there; else in the middle of the first display.
 * Never larger than the display's work area.
 * @param workAreas of the displays, the primary one first
 */
export function placeWindow(
  left: WindowState | undefined,
  workAreas: readonly [Rectangle, ...Rectangle[]],
): WindowState {
  const maximized = left?.maximized ?? false
  if (left !== undefined) {
    for (const area of workAreas) {
      const placed = { ...left, ...sizeWithin(area, left) }
      if (holdsGrip(area, placed)) return placed
    }
  }
  const [area] = workAreas
  const { width, height } = sizeWithin(area, left)
  const x = area.x + Math.round((area.width - width) / 2)
  const y = area.y + Math.round((area.height - height) / 2)
  return { x, y, width, height, maximized }
}

function holdsGrip(area: Rectangle, window: Rectangle): boolean {
  const visible = Math.min(area.x + area.width, window.x + window.width) - Math.max(area.x, window.x)
  const top = window.y >= area.y && window.y + GRIP.height <= area.y + area.height
  return top && visible >= Math.min(GRIP.width, window.width)
}

function sizeWithin(area: Rectangle, wanted: Pick<Rectangle, 'width' | 'height'> = USUAL) {
  return {
    width: within(SMALLEST.width, wanted.width, area.width),
    height: within(SMALLEST.height, wanted.height, area.height),
  }
}

/** The display's size wins over the smallest size. */
function within(smallest: number, wanted: number, largest: number): number {
  return Math.min(Math.max(wanted, smallest), largest)
}
