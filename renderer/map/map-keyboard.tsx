import { type KeyboardEvent, useState } from 'react'
import { metricFormat } from '../format/number.ts'
import { askedMetric } from '../state/asked-metric.ts'
import type { Choropleth } from '../state/choropleth.ts'
import { useChoropleth } from '../state/choropleth-store.ts'
import { useData } from '../state/data-store.ts'
import { enterPlace } from '../state/navigation.ts'
import { useView } from '../state/view-store.ts'
import { currentMap } from './current-map.ts'
import { type Direction, neighbour } from './neighbour.ts'
import { moveTooltip } from './tooltip-position.ts'

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
}

/** The map by keyboard: arrows walk from place to place, Enter goes in, + and − zoom. What is reached is said aloud. */
export function MapKeyboard() {
  const [said, say] = useState('')
  const press = (event: KeyboardEvent) => {
    const { choropleth } = useChoropleth.getState()
    const { catalogue } = useData.getState()
    if (choropleth === null || catalogue === null) return
    const places = catalogue.places[choropleth.painted.selection.level]
    const { hovered, show } = useView.getState()
    const direction = DIRECTIONS[event.key]
    if (direction !== undefined) {
      const start = hovered ?? largest(choropleth)
      const reached = hovered === null ? start : neighbour(places, choropleth.members, start, direction)
      show({ hovered: reached })
      const place = places[reached]
      if (place !== undefined) {
        const point = currentMap()?.map.project([place.lon, place.lat])
        if (point !== undefined) moveTooltip(point)
        const { selection, painting } = choropleth.painted
        const metric = askedMetric(selection, useData.getState().cube?.clusters ?? [])
        const value = painting.values[reached] ?? Number.NaN
        const number = Number.isFinite(value) ? metricFormat(metric, catalogue.pack).exact(value) : 'no sale'
        say(`${place.name}: ${metric.label} ${number}`)
      }
    } else if (event.key === 'Enter' && hovered !== null) {
      const place = places[hovered]
      show({ hovered: null })
      if (place !== undefined) enterPlace(place)
    } else if (event.key === '+' || event.key === '=') currentMap()?.zoomBy(1)
    else if (event.key === '-') currentMap()?.zoomBy(-1)
    else return
    event.preventDefault()
  }
  return (
    <>
      <div
        className="map-keys"
        role="application"
        aria-roledescription="map"
        aria-label="Map. Arrow keys walk from place to place, Enter goes in, Escape backs out. The table view has the same places."
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys walk it
        tabIndex={0}
        onKeyDown={press}
        onBlur={() => useView.getState().show({ hovered: null })}
      />
      <output className="visually-hidden" aria-live="polite">
        {said}
      </output>
    </>
  )
}

function largest({ members, painted }: Choropleth): number {
  const { values } = painted.painting
  let best = members[0] ?? 0
  for (const ordinal of members)
    if ((values[ordinal] ?? 0) > (values[best] ?? Number.NEGATIVE_INFINITY)) best = ordinal
  return best
}
