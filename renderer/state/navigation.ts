import type { Catalogue } from '../../app/contracts/worker.ts'
import type { Level, Place } from '../../app/domain/geography.ts'
import type { PlaceCode } from '../../app/domain/ids.ts'
import { useData } from './data-store.ts'
import { gazetteerOf, levelInside } from './gazetteer.ts'
import type { Question } from './question.ts'
import { useSelection } from './selection-store.ts'

/** Goes to a place: into it when it has parts, else beside its siblings with it picked. */
export function goToPlace(place: Place): void {
  useSelection.getState().ask(viewOf(place))
}

export function viewOf(place: Place): Pick<Question, 'within' | 'level' | 'picked'> {
  if (place.level === 'city')
    return { within: place.province ?? place.region, level: 'city', picked: place.code }
  return { within: place.code, level: levelInside(place), picked: place.code }
}

/** A place that was clicked on the map or in the table: a narrowest one is picked where it is, a wider one is entered. */
export function enterPlace(place: Place): void {
  const { ask, question } = useSelection.getState()
  if (place.level === 'city' && question.within === null) ask({ picked: place.code })
  else goToPlace(place)
}

/** Everything again. */
export function goHome(): void {
  useSelection.getState().ask({ within: null, picked: null, level: 'region' })
}

/** One step back: first what is picked is let go, then the place drilled into gives way to the one around it. */
export function backOut(): void {
  const { catalogue } = useData.getState()
  const { question, ask } = useSelection.getState()
  if (catalogue === null) return
  const step = stepOut(question, catalogue)
  if (step !== null) ask(step)
}

export function stepOut(question: Question, catalogue: Catalogue): Partial<Question> | null {
  const { within, picked } = question
  const gazetteer = gazetteerOf(catalogue)
  if (picked !== null && picked !== within) return { picked: within }
  if (within === null) return null
  const around = gazetteer.find(gazetteer.find(within)?.parent ?? null)
  return around === undefined ? { within: null, picked: null, level: 'region' } : viewOf(around)
}

/** Levels that can be shown inside a place: narrower than it. */
export function levelsWithin(within: PlaceCode | null, catalogue: Catalogue): readonly Level[] {
  const place = gazetteerOf(catalogue).find(within)
  if (place === undefined) return ['region', 'province', 'city']
  return place.level === 'region' ? ['province', 'city'] : ['city']
}
