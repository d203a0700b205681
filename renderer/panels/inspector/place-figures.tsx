import type { Catalogue } from '../../../app/contracts/worker.ts'
import type { Place } from '../../../app/domain/geography.ts'
import { metricFormat, ordinalNumber, percent, wholeNumber } from '../../format/number.ts'
import { askedMetric, noValueText } from '../../state/asked-metric.ts'
import { isInside } from '../../state/choropleth.ts'
import { useData } from '../../state/data-store.ts'
import { gazetteerOf } from '../../state/gazetteer.ts'
import { Sparkline } from './sparkline.tsx'
import { standingOf } from './standing.ts'
import { usePicked } from './use-picked.ts'

export function PlaceFigures({ place, catalogue }: { place: Place; catalogue: Catalogue }) {
  const answer = usePicked(place)
  const clusters = useData(state => state.cube?.clusters) ?? []
  const gazetteer = gazetteerOf(catalogue)
  if (answer === null) return <div className="place-figures" aria-busy="true" />
  const { pack } = catalogue
  const { selection, painting, daily } = answer
  const metric = askedMetric(selection, clusters)
  const format = metricFormat(metric, pack)
  const siblings = catalogue.places[place.level]
  const members = siblings.flatMap((other, i) => (isInside(other, place.parent) ? [i] : []))
  const ordinal = gazetteer.ordinal(place.code) ?? 0
  const { value, rank, ranked, share } = standingOf(ordinal, members, painting, metric)
  const sales = painting.sales[ordinal] ?? 0
  const priced = painting.pricedSales[ordinal] ?? 0
  const manyNames = pack.levels[place.level].many.split(' ')[0]?.toLowerCase() ?? ''
  const around = gazetteer.find(place.parent)?.name ?? `all ${manyNames}`
  return (
    <div className="place-figures">
      <p className="eyebrow">{metric.label}</p>
      <p className="inspector-figure figure" title={format.exact(value)}>
        {Number.isFinite(value) ? format.exact(value) : noValueText(metric, sales)}
      </p>
      {Number.isFinite(value) ? <Sparkline series={daily} range={selection.range} /> : null}
      <dl className="facts">
        {rank === null ? null : (
          <div>
            <dt>Rank among {manyNames}</dt>
            <dd className="figure">
              {ordinalNumber(rank)} of {ranked}
            </dd>
          </div>
        )}
        {share === null ? null : (
          <div>
            <dt>Share of {around}</dt>
            <dd className="figure">{percent(share, pack.locale)}</dd>
          </div>
        )}
        <div>
          <dt>Sales</dt>
          <dd className="figure">{wholeNumber(sales, pack.locale)}</dd>
        </div>
        {metric.needsPrice && sales > 0 ? (
          <div>
            <dt>Of these with a price</dt>
            <dd className="figure">{percent(priced / sales, pack.locale)}</dd>
          </div>
        ) : null}
      </dl>
    </div>
  )
}
