import type { Theme } from '../state/theme-store.ts'
import { colourBetween } from './ramp.ts'

/**
 * One sequential ramp a theme, of one hue family with lightness running one way: so it survives colour blindness and
 * print. Low lies near the ground's lightness, high far from it: dark on light paper, bright on dark.
 */
const RAMPS: Readonly<Record<Theme, readonly string[]>> = {
  light: ['#dcebd9', '#b5dcc3', '#80c4b7', '#4aa3ab', '#2b7f9a', '#225d85', '#1d3b68'],
  dark: ['#23414f', '#22596a', '#237683', '#389592', '#69b497', '#a9d19f', '#eef0bd'],
}

const LIMITS = { light: [0.02, 1], dark: [0.03, 1] } as const

/** Colours of `count` classes, low to high. One class alone takes the middle. */
export function sequential(theme: Theme, count: number): string[] {
  const ramp = colourBetween(RAMPS[theme])
  const [low, high] = LIMITS[theme]
  if (count <= 1) return [ramp(0.55)]
  return Array.from({ length: count }, (_, i) => ramp(low + ((high - low) * i) / (count - 1)))
}
