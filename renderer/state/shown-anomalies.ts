import type { Anomaly } from '../../app/contracts/worker.ts'
import type { MetricId } from '../../app/domain/metrics.ts'

/** The anomalies that a question is about: of the number of sales where that is what is counted, else of net sales. */
export function shownAnomalies(anomalies: readonly Anomaly[], metric: MetricId): readonly Anomaly[] {
  const about = metric === 'transactions' ? 'sales' : 'net_sales'
  return anomalies.filter(anomaly => anomaly.metric === about)
}
