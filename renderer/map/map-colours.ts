/** The map's own colours, from the design tokens of the theme in force. */
export interface MapColours {
  readonly sea: string
  readonly graticule: string
  readonly land: string
  readonly landAside: string
  readonly hairline: string
  readonly border: string
  readonly focus: string
  readonly focusHalo: string
  readonly label: string
  readonly labelSoft: string
  readonly labelHalo: string
  readonly anomaly: string
}

export function mapColours(): MapColours {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string) => style.getPropertyValue(`--map-${name}`).trim() || '#888888'
  return {
    sea: token('sea'),
    graticule: token('graticule'),
    land: token('land'),
    landAside: token('land-aside'),
    hairline: token('hairline'),
    border: token('border'),
    focus: token('focus'),
    focusHalo: token('focus-halo'),
    label: token('label'),
    labelSoft: token('label-soft'),
    labelHalo: token('label-halo'),
    anomaly: token('anomaly'),
  }
}
