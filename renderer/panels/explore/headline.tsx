import type { Catalogue } from '../../../app/contracts/worker.ts'
import { coverage } from '../../../app/domain/metrics.ts'
import { metricFormat, percent, wholeNumber } from '../../format/number.ts'
import { rangeText } from '../../format/time.ts'
import { DIMENSION_LABELS } from '../../format/words.ts'
import { askedMetric } from '../../state/asked-metric.ts'
import { useData } from '../../state/data-store.ts'
import { gazetteerOf } from '../../state/gazetteer.ts'
import { useSession } from '../../state/session-store.ts'

/** The one number, with what it is a number of and what it rests on. */
export function Headline({ catalogue }: { catalogue: Catalogue }) {
  const painted = useData(state => state.painted)
  const cube = useData(state => state.cube)
  const scope = useSession(state => state.profile?.regions ?? null)
  const { pack } = catalogue
  if (painted === null) {
    const empty = cube !== null && cube.days === null
    return (
      <div className="headline" aria-busy={!empty}>
        <p className="eyebrow">{empty ? 'No sales yet' : 'Reading the data'}</p>
        <p className="headline-figure soft">{empty ? '0' : '…'}</p>
        {empty ? (
          <p className="soft">
            Sales show here once a store’s device has sent some and a version was published.
          </p>
        ) : null}
      </div>
    )
  }
  const { selection, painting } = painted
  const metric = askedMetric(selection, cube?.clusters ?? [])
  const format = metricFormat(metric, pack)
  const { value, measures } = painting.total
  const place = gazetteerOf(catalogue).find(selection.within)
  const covered = coverage(measures)
  return (
    <div className="headline">
      <p className="eyebrow">
        {metric.label} · {place?.name ?? (scope === null ? pack.title : 'your regions')}
      </p>
      <p className="headline-figure figure" title={format.exact(value)}>
        {value < 1e8 ? format.exact(value) : format.compact(value)}
      </p>
      <p className="soft figure">{rangeText(selection.range)}</p>
      <p className="soft figure">
        {wholeNumber(measures.sales, pack.locale)} sales
        {metric.unit === 'share' && measures.sales > 0
          ? `, of ${percent(measures.clustered_sales / measures.sales, pack.locale)} items and price are known`
          : ''}
        {metric.needsPrice && measures.sales > 0 ? `, ${percent(covered, pack.locale)} with a price` : ''}
      </p>
      {painting.ignoredFilters.length > 0 ? (
        <p className="notice warn">
          {metric.label} cannot be cut by{' '}
          {painting.ignoredFilters.map(dimension => DIMENSION_LABELS[dimension].toLowerCase()).join(' or ')}:
          this filter is left out.
        </p>
      ) : null}
    </div>
  )
}
