import './inspector.css'
import { X } from 'lucide-react'
import { Button } from 'react-aria-components'
import type { Catalogue } from '../../../app/contracts/worker.ts'
import type { Place } from '../../../app/domain/geography.ts'
import { useData } from '../../state/data-store.ts'
import { gazetteerOf } from '../../state/gazetteer.ts'
import { backOut } from '../../state/navigation.ts'
import { useSelection } from '../../state/selection-store.ts'
import { PlaceAnomalies } from './place-anomalies.tsx'
import { PlaceBaskets } from './place-baskets.tsx'
import { PlaceFacts } from './place-facts.tsx'
import { PlaceFigures } from './place-figures.tsx'

/** What is picked, in detail; closed when nothing is. */
export function Inspector() {
  const catalogue = useData(state => state.catalogue)
  const picked = useSelection(state => state.question.picked)
  if (catalogue === null) return null
  const place = gazetteerOf(catalogue).find(picked)
  return place === undefined ? null : <InspectedPlace place={place} catalogue={catalogue} />
}

function InspectedPlace({ place, catalogue }: { place: Place; catalogue: Catalogue }) {
  const around = gazetteerOf(catalogue).find(place.parent)
  return (
    <aside className="side inspector" aria-label={place.name}>
      <header>
        <div>
          <p className="eyebrow">
            {catalogue.pack.levels[place.level].one}
            {around === undefined ? '' : ` in ${around.name}`}
          </p>
          <h2 className="inspector-name">{place.name}</h2>
        </div>
        <Button className="icon-button" aria-label="Close" onPress={backOut}>
          <X size={16} aria-hidden />
        </Button>
      </header>
      <PlaceFigures place={place} catalogue={catalogue} />
      <PlaceBaskets place={place} catalogue={catalogue} />
      <PlaceAnomalies place={place} catalogue={catalogue} />
      <PlaceFacts place={place} catalogue={catalogue} />
    </aside>
  )
}
