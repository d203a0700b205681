import './explore.css'
import { useData } from '../../state/data-store.ts'
import { BasketPicker } from './basket-picker.tsx'
import { FilterList } from './filter-list.tsx'
import { Headline } from './headline.tsx'
import { LevelPicker } from './level-picker.tsx'
import { MetricPicker } from './metric-picker.tsx'

/** The question: what is counted, at which level, of what, in which classes. The answer in one number on top. */
export function ExplorePanel() {
  const catalogue = useData(state => state.catalogue)
  const cube = useData(state => state.cube)
  if (catalogue === null) return null
  return (
    <section className="side explore" aria-label="Question">
      <Headline catalogue={catalogue} />
      <MetricPicker />
      {cube === null ? null : <BasketPicker cube={cube} />}
      <LevelPicker catalogue={catalogue} />
      {cube === null ? null : <FilterList cube={cube} />}
    </section>
  )
}
