import { Button } from 'react-aria-components'
import type { Anomaly, Catalogue } from '../../../app/contracts/worker.ts'
import type { Place } from '../../../app/domain/geography.ts'
import { METRICS } from '../../../app/domain/metrics.ts'
import { metricFormat } from '../../format/number.ts'
import { anomalyReason } from '../../format/words.ts'
import { useData } from '../../state/data-store.ts'
import { periodRange } from '../../state/question.ts'
import { useSelection } from '../../state/selection-store.ts'
import { shownAnomalies } from '../../state/shown-anomalies.ts'

const MOST_SHOWN = 6
/** Days shown on either side of an unusual one. */
const AROUND = 14

/** Unusual days of the place in the period, each with its reason; pressing one shows the weeks around it. */
export function PlaceAnomalies({ place, catalogue }: { place: Place; catalogue: Catalogue }) {
  const cube = useData(state => state.cube)
  const period = useSelection(state => state.question.period)
  const metric = useSelection(state => state.question.metric)
  const ask = useSelection(state => state.ask)
  if (cube?.days == null) return null
  const range = periodRange(period, cube.days)
  const found = shownAnomalies(cube.anomalies, metric).filter(
    ({ place: code, day }) => code === place.code && day >= range.from && day <= range.to,
  )
  if (found.length === 0) return null
  const format = metricFormat(METRICS[metric === 'transactions' ? metric : 'net_sales'], catalogue.pack)
  const shown = [...found].sort((a, b) => Math.abs(b.z) - Math.abs(a.z)).slice(0, MOST_SHOWN)
  const look = ({ day }: Anomaly) =>
    ask({ period: { kind: 'between', from: day - AROUND, to: day + AROUND } })
  return (
    <section className="anomalies" aria-labelledby="anomalies-title">
      <h3 id="anomalies-title" className="eyebrow">
        Unusual days ({found.length})
      </h3>
      <ul>
        {shown.map(anomaly => (
          <li key={anomaly.day}>
            <Button className="anomaly" onPress={() => look(anomaly)}>
              <span className="diamond" aria-hidden="true" />
              <span className="figure">{anomalyReason(anomaly, format)}</span>
            </Button>
          </li>
        ))}
      </ul>
      {found.length > shown.length ? (
        <p className="soft">The {shown.length} farthest from usual are listed.</p>
      ) : null}
    </section>
  )
}
