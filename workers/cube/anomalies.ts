import type { RecordBatch } from 'apache-arrow'
import type { Anomaly } from '../../app/contracts/worker.ts'
import { level } from '../../app/domain/geography.ts'
import { placeCode } from '../../app/domain/ids.ts'
import { float64Column, int32Column, textColumn } from './arrow-columns.ts'

/** Anomalies are few: one object each. */
export function readAnomalies(batch: RecordBatch): Anomaly[] {
  const levels = textColumn(batch, 'level')
  const place = textColumn(batch, 'place')
  const metric = textColumn(batch, 'metric')
  const day = int32Column(batch, 'day')
  const value = float64Column(batch, 'value')
  const median = float64Column(batch, 'median')
  const z = float64Column(batch, 'z')
  const windowDays = int32Column(batch, 'window_days')
  return Array.from({ length: batch.numRows }, (_, row) => ({
    level: level.parse(levels.values[levels.codes[row] as number]),
    metric: metric.values[metric.codes[row] as number] === 'sales' ? 'sales' : 'net_sales',
    place: placeCode.parse(place.values[place.codes[row] as number]),
    day: day[row] as number,
    value: value[row] as number,
    median: median[row] as number,
    z: z[row] as number,
    windowDays: windowDays[row] as number,
  }))
}
