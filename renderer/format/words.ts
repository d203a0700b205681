import type { Anomaly } from '../../app/contracts/worker.ts'
import type { FilterDimension, FilterValue } from '../../app/domain/filters.ts'
import type { MetricFormat } from './number.ts'
import { weekdayText } from './time.ts'

export const DIMENSION_LABELS: Readonly<Record<FilterDimension, string>> = {
  time_of_day: 'Time of day',
  channel: 'Channel',
  customer_type: 'Customer',
  category: 'Category',
}

/** `ready_to_drink` → Ready to drink; null is unknown. */
export function valueText(value: FilterValue): string {
  if (value === null) return 'Unknown'
  const words = value.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Why a day stands out, in words. */
export function anomalyReason(anomaly: Anomaly, format: MetricFormat): string {
  const { value, median, z, windowDays } = anomaly
  const direction = value > median ? 'above' : 'below'
  const times = median > 0 && value > median ? ` (${(value / median).toFixed(1)} times)` : ''
  return `${weekdayText(anomaly.day)}: ${format.compact(value)}, far ${direction} the ${format.compact(median)}${times} usual for that weekday. Robust z ${z.toFixed(1).replace('-', '−')} over ${windowDays} earlier weeks.`
}
