import type { PlaceCode } from '../../app/domain/ids.ts'
import type { Choropleth } from '../state/choropleth.ts'
import { useChoropleth } from '../state/choropleth-store.ts'
import { useData } from '../state/data-store.ts'
import { gazetteerOf } from '../state/gazetteer.ts'
import type { Question } from '../state/question.ts'
import { useSelection } from '../state/selection-store.ts'
import { useSession } from '../state/session-store.ts'
import { shownAnomalies } from '../state/shown-anomalies.ts'
import { useTheme } from '../state/theme-store.ts'
import { useView } from '../state/view-store.ts'
import type { ChoroplethMap } from './choropleth-map.ts'
import { currentMap } from './current-map.ts'
import { mapLabels } from './map-labels.ts'
import { placeBounds } from './place-bounds.ts'
import { viewPadding } from './view-padding.ts'

/** Keeps the map in step with the stores, without React. @returns how to stop. */
export function followStores(map: ChoroplethMap): () => void {
  const stops = [
    useChoropleth.subscribe(({ choropleth }) => {
      if (choropleth !== null) paint(map, choropleth)
    }),
    useSelection.subscribe((now, before) => {
      moved(map, now.question, before.question)
      const { choropleth } = useChoropleth.getState()
      if (now.beforeGesture === null && before.beforeGesture !== null && choropleth !== null)
        nameAgain(map, choropleth)
    }),
    useView.subscribe((now, before) => {
      if (now.hovered !== before.hovered) map.mark('hovered', map.layers.inView ?? 'region', now.hovered)
      if (now.panelOpen !== before.panelOpen) map.setPadding(viewPadding())
    }),
    useTheme.subscribe((now, before) => {
      if (now.theme !== before.theme) map.setTheme(now.theme)
    }),
    useData.subscribe((now, before) => {
      if (now.catalogue === null && before.catalogue !== null) map.blank()
      if (now.catalogue !== null && now.catalogue !== before.catalogue) void open(map)
    }),
  ]
  if (useData.getState().catalogue !== null) void open(map)
  return () => {
    for (const stop of stops) stop()
  }
}

/** The first view: the pack's, or the place that a link names. */
async function open(map: ChoroplethMap): Promise<void> {
  const { question } = useSelection.getState()
  map.setPadding(viewPadding())
  goToQuestion(map, question, 'jump')
  await map.show(question.level)
  const { choropleth } = useChoropleth.getState()
  if (choropleth !== null) paint(map, choropleth)
}

function nameAgain(map: ChoroplethMap, choropleth: Choropleth): void {
  const { catalogue, cube } = useData.getState()
  if (catalogue !== null) {
    const { metric } = choropleth.painted.selection
    map.name(mapLabels(choropleth, catalogue, shownAnomalies(cube?.anomalies ?? [], metric)))
  }
}

let prepared = new WeakSet<ChoroplethMap>()

function paint(map: ChoroplethMap, choropleth: Choropleth): void {
  const { level } = choropleth.painted.selection
  map.paint(level, choropleth.codes)
  map.layers.want(level)
  // Names keep still while a gesture moves: they change with the places in view, not with their numbers.
  if (useSelection.getState().beforeGesture === null) nameAgain(map, choropleth)
  markPicked(map)
  if (prepared.has(map)) return
  prepared = prepared.add(map)
  map.whenPainted(() => performance.mark('first-choropleth'))
  map.map.once('idle', () => void map.prepareOtherLevels())
}

function moved(map: ChoroplethMap, now: Question, before: Question): void {
  if (useSession.getState().stage !== 'open') return
  if (now.level !== before.level) {
    useView.getState().show({ hovered: null })
    void map.show(now.level)
  }
  if (now.within !== before.within) goToQuestion(map, now, 'fly')
  if (now.picked !== before.picked || now.within !== before.within || now.level !== before.level)
    markPicked(map)
}

function goToQuestion(map: ChoroplethMap, question: Question, how: 'fly' | 'jump'): void {
  const { catalogue } = useData.getState()
  if (catalogue === null) return
  const place = gazetteerOf(catalogue).find(question.within)
  map.setPadding(viewPadding())
  map.goTo(place === undefined ? catalogue.pack.bounds : placeBounds(place, catalogue), how)
}

function markPicked(map: ChoroplethMap): void {
  const { catalogue } = useData.getState()
  const { picked, within } = useSelection.getState().question
  if (catalogue === null) return
  const gazetteer = gazetteerOf(catalogue)
  const mark = (kind: 'picked' | 'around', code: PlaceCode | null) =>
    map.mark(kind, gazetteer.find(code)?.level ?? 'region', gazetteer.ordinal(code) ?? null)
  mark('around', within)
  mark('picked', picked === within ? null : picked)
}

/** Brings the whole place in question into view again. */
export function showQuestion(): void {
  const map = currentMap()
  if (map !== null) goToQuestion(map, useSelection.getState().question, 'fly')
}
