import type { Level } from '../../app/domain/geography.ts'
import type { PlaceCode } from '../../app/domain/ids.ts'
import type { Choropleth } from '../state/choropleth.ts'
import { useChoropleth } from '../state/choropleth-store.ts'
import { useData } from '../state/data-store.ts'
import { gazetteerOf } from '../state/gazetteer.ts'
import { periodRange, type Question } from '../state/question.ts'
import { useSelection } from '../state/selection-store.ts'
import { useSession } from '../state/session-store.ts'
import { useTheme } from '../state/theme-store.ts'
import { useView } from '../state/view-store.ts'
import type { ChoroplethMap } from './choropleth-map.ts'
import { currentMap } from './current-map.ts'
import type { LabelPlace } from './label-canvas.ts'
import { shortName } from './label-layout.ts'
import { placeBounds } from './place-bounds.ts'
import { viewPadding } from './view-padding.ts'

/** Keeps the map in step with the stores, without React. @returns how to stop. */
export function followStores(map: ChoroplethMap): () => void {
  const stops = [
    useChoropleth.subscribe(({ choropleth }) => {
      if (choropleth !== null) paint(map, choropleth)
    }),
    useSelection.subscribe((now, before) => moved(map, now.question, before.question)),
    useView.subscribe((now, before) => {
      if (now.hovered !== before.hovered) map.mark('hovered', map.layers.inView ?? 'region', now.hovered)
      if (now.panelOpen !== before.panelOpen) map.setPadding(viewPadding())
    }),
    useTheme.subscribe((now, before) => {
      if (now.theme !== before.theme) map.setTheme(now.theme)
    }),
    useData.subscribe((now, before) => {
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

let prepared = new WeakSet<ChoroplethMap>()

function paint(map: ChoroplethMap, choropleth: Choropleth): void {
  const { level } = choropleth.painted.selection
  map.paint(level, choropleth.codes)
  map.layers.want(level)
  map.name(labelsOf(choropleth))
  markPicked(map)
  if (prepared.has(map)) return
  prepared = prepared.add(map)
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

const KM_PER_DEGREE = 111.32
/** Widest places are always named; a narrower one when it is about as wide as this part of its name. */
const LABEL_FIT: Readonly<Record<Level, number>> = { region: 0, province: 0.5, city: 0.6 }

function labelsOf({ members, painted }: Choropleth): LabelPlace[] {
  const { catalogue, cube } = useData.getState()
  if (catalogue === null) return []
  const { selection, painting } = painted
  const days =
    cube?.days == null ? selection.range : periodRange(useSelection.getState().question.period, cube.days)
  const anomalies = new Map<string, number>()
  for (const { place, day } of cube?.anomalies ?? []) {
    if (day >= days.from && day <= days.to) anomalies.set(place, (anomalies.get(place) ?? 0) + 1)
  }
  return members.flatMap(ordinal => {
    const place = catalogue.places[selection.level][ordinal]
    if (place === undefined) return []
    const value = painting.values[ordinal] ?? Number.NaN
    const weight = Number.isFinite(value) ? value : -1
    return {
      name: shortName(place.name, place.aliases),
      lon: place.lon,
      lat: place.lat,
      weight,
      strong: weight >= 0,
      extent: Math.sqrt(place.areaSqkm ?? 0) / KM_PER_DEGREE,
      fit: LABEL_FIT[selection.level],
      anomalies: anomalies.get(place.code) ?? 0,
    }
  })
}

/** Brings the whole place in question into view again. */
export function showQuestion(): void {
  const map = currentMap()
  if (map !== null) goToQuestion(map, useSelection.getState().question, 'fly')
}
