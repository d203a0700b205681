import { MOST_CLASSES, swatchCode } from '../state/choropleth.ts'
import type { Theme } from '../state/theme-store.ts'
import { colourBetween } from './ramp.ts'

/**
 * One sequential ramp a theme, of one hue family with lightness running one way: so it survives colour blindness and
 * print. Low lies near the ground's lightness, high far from it: dark on light paper, bright on dark.
 */
const RAMPS: Readonly<Record<Theme, readonly string[]>> = {
  light: ['#cde6d0', '#aed9c3', '#80c4b7', '#4aa3ab', '#2b7f9a', '#225d85', '#1d3b68'],
  dark: ['#2a4c5b', '#256070', '#237683', '#389592', '#69b497', '#a9d19f', '#eef0bd'],
}

/** Colours of `count` classes, low to high. One class alone takes the middle. */
export function sequential(theme: Theme, count: number): string[] {
  const ramp = colourBetween(RAMPS[theme])
  if (count <= 1) return [ramp(0.55)]
  return Array.from({ length: count }, (_, i) => ramp(i / (count - 1)))
}

/** Colours by swatch code: all classes of all numbers of classes. */
export function swatches(theme: Theme): string[] {
  const colours: string[] = []
  for (let count = 1; count <= MOST_CLASSES; count++) {
    sequential(theme, count).forEach((colour, position) => {
      colours[swatchCode(count, position)] = colour
    })
  }
  return colours
}
