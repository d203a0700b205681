import { scopeIncludes } from '../../app/domain/geography.ts'
import { useData } from '../state/data-store.ts'
import { enterPlace } from '../state/navigation.ts'
import { useSelection } from '../state/selection-store.ts'
import { useSession } from '../state/session-store.ts'
import { useView } from '../state/view-store.ts'
import { currentMap } from './current-map.ts'
import { moveTooltip } from './tooltip-position.ts'

/** The pointer lies over a place, or over none. */
export function hoverAt(
  ordinal: number | null,
  point: { readonly x: number; readonly y: number } | null,
): void {
  if (point !== null) moveTooltip(point)
  if (useView.getState().hovered !== ordinal) useView.getState().show({ hovered: ordinal })
}

/** A place was clicked. A click on the sea lets go of what is picked. */
export function pick(ordinal: number | null): void {
  const { catalogue } = useData.getState()
  const { question, ask } = useSelection.getState()
  if (catalogue === null) return
  if (ordinal === null) {
    if (question.picked !== question.within) ask({ picked: question.within })
    return
  }
  const level = currentMap()?.layers.inView ?? question.level
  const place = catalogue.places[level][ordinal]
  const scope = useSession.getState().profile?.regions ?? null
  if (place !== undefined && scopeIncludes(scope, place.region)) enterPlace(place)
}
