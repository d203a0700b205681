import './table.css'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Catalogue } from '../../../app/contracts/worker.ts'
import { metricFormat, NO_VALUE, percent, wholeNumber } from '../../format/number.ts'
import { noValueText, useAskedMetric } from '../../state/asked-metric.ts'
import type { Choropleth } from '../../state/choropleth.ts'
import { useChoropleth } from '../../state/choropleth-store.ts'
import { useData } from '../../state/data-store.ts'
import { gazetteerOf } from '../../state/gazetteer.ts'
import { enterPlace } from '../../state/navigation.ts'
import { useSelection } from '../../state/selection-store.ts'
import { placeRows, type SortKey, sortRows } from './rows.ts'

/** The places in view with their numbers: the map for those who read rather than look. */
export function PlacesTable() {
  const choropleth = useChoropleth(state => state.choropleth)
  const catalogue = useData(state => state.catalogue)
  if (choropleth === null || catalogue === null) return <div className="places" aria-busy="true" />
  return <Places choropleth={choropleth} catalogue={catalogue} />
}

function Places({ choropleth, catalogue }: { choropleth: Choropleth; catalogue: Catalogue }) {
  const [sort, setSort] = useState<{ key: SortKey; descending: boolean }>({ key: 'value', descending: true })
  const picked = useSelection(state => state.question.picked)
  const { selection } = choropleth.painted
  const { pack } = catalogue
  const metric = useAskedMetric(selection)
  const format = metricFormat(metric, pack)
  const gazetteer = gazetteerOf(catalogue)
  const rows = useMemo(
    () => sortRows(placeRows(choropleth, catalogue), sort.key, sort.descending),
    [choropleth, catalogue, sort],
  )
  const adds = metric.additiveOver.includes('place')
  const names = pack.levels[selection.level]
  const within = gazetteer.find(selection.within)?.name ?? pack.title
  const columns: ReadonlyArray<{ readonly key: SortKey; readonly label: string }> = [
    { key: 'name', label: names.one },
    { key: 'value', label: metric.label },
    ...(adds ? [{ key: 'share', label: 'Share' } as const] : []),
    { key: 'sales', label: 'Sales' },
    { key: 'covered', label: 'With a price' },
  ]
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="places" aria-label={`${names.many}: ${within}`} tabIndex={0}>
      <table>
        <caption>
          {names.many}: {within}
        </caption>
        <thead>
          <tr>
            {columns.map(({ key, label }) => (
              <th
                key={key}
                scope="col"
                className={key === 'name' ? '' : 'number'}
                aria-sort={sort.key === key ? (sort.descending ? 'descending' : 'ascending') : 'none'}
              >
                <button
                  type="button"
                  onClick={() =>
                    setSort({ key, descending: sort.key === key ? !sort.descending : key !== 'name' })
                  }
                >
                  {label}
                  {sort.key !== key ? null : sort.descending ? (
                    <ArrowDown size={13} aria-hidden />
                  ) : (
                    <ArrowUp size={13} aria-hidden />
                  )}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ place, value, share, sales, covered }) => (
            <tr key={place.code} aria-selected={place.code === picked}>
              <th scope="row">
                <button type="button" onClick={() => enterPlace(place)}>
                  {place.name}
                </button>
                {selection.within === null && place.level !== 'region' ? (
                  <span className="soft places-where">{gazetteer.find(place.parent)?.name}</span>
                ) : null}
              </th>
              <td className="number figure">
                {Number.isFinite(value) ? format.exact(value) : noValueText(metric, sales)}
              </td>
              {adds ? <td className="number figure">{percent(share, pack.locale)}</td> : null}
              <td className="number figure">{sales > 0 ? wholeNumber(sales, pack.locale) : NO_VALUE}</td>
              <td className="number figure">{percent(covered, pack.locale)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
