import './tooltip.css'
import { scopeIncludes } from '../../app/domain/geography.ts'
import { metricFormat, wholeNumber } from '../format/number.ts'
import { askedMetric, noValueText } from '../state/asked-metric.ts'
import { useChoropleth } from '../state/choropleth-store.ts'
import { useData } from '../state/data-store.ts'
import { useSession } from '../state/session-store.ts'
import { shownAnomalies } from '../state/shown-anomalies.ts'
import { useView } from '../state/view-store.ts'

/** What lies under the pointer: its name, the number, and what the number rests on. */
export function Tooltip() {
  const hovered = useView(state => state.hovered)
  const choropleth = useChoropleth(state => state.choropleth)
  const catalogue = useData(state => state.catalogue)
  const cube = useData(state => state.cube)
  const scope = useSession(state => state.profile?.regions ?? null)
  if (hovered === null || choropleth === null || catalogue === null) return null
  const { selection, painting } = choropleth.painted
  const place = catalogue.places[selection.level][hovered]
  if (place === undefined) return null
  const { pack } = catalogue
  const metric = askedMetric(selection, cube?.clusters ?? [])
  const value = painting.values[hovered] ?? Number.NaN
  const sales = painting.sales[hovered] ?? 0
  const anomalies = shownAnomalies(cube?.anomalies ?? [], selection.metric).filter(
    ({ place: code, day }) => code === place.code && day >= selection.range.from && day <= selection.range.to,
  )
  return (
    <div className="tooltip" role="presentation">
      <span className="tooltip-name">{place.name}</span>
      <span className="tooltip-value figure">
        {Number.isFinite(value)
          ? metricFormat(metric, pack).exact(value)
          : scopeIncludes(scope, place.region)
            ? `${noValueText(metric, sales)} in this period`
            : 'Not among your regions'}
      </span>
      <span className="soft figure">
        {metric.label}
        {selection.metric !== 'transactions' && sales > 0
          ? ` · ${wholeNumber(sales, pack.locale)} sales`
          : ''}
      </span>
      {anomalies.length > 0 ? (
        <span className="tooltip-anomaly">
          <span className="diamond" aria-hidden="true" />{' '}
          {anomalies.length === 1 ? '1 unusual day' : `${anomalies.length} unusual days`}
        </span>
      ) : null}
    </div>
  )
}
